/**
 * Round trips to storage of one firing when there is nothing to do, in an installation of one organization with one `scim` and one
 * `nested` directory that has run. test/unit/operate/timer-operations.test.ts counts them on the wire.
 */
export const timerOperations = { maintenance: 21, 'sync-timer': 4, notices: 4 } as const;
