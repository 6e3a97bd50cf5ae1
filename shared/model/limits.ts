/** Every bound of the product that is not a setting, with its unit in the name. */
export const limits = {
  // requests
  bodyBytesMax: 1024 * 1024,
  bulkBodyBytesMax: 4 * 1024 * 1024,
  bulkOperationsMax: 1000,
  jsonDepthMax: 32,
  filterCharactersMax: 8 * 1024,
  filterDepthMax: 40,
  filterTermsMax: 200,
  patchOperationsMax: 1000,
  pathSegmentsMax: 8,
  // lists
  pageSizeDefault: 100,
  pageSizeMax: 1000,
  /** Rows a filter without an index may look at before it is refused as `tooMany`. */
  scanRowsMax: 20_000,
  cursorLifeSeconds: 3600,
  // values
  textCharactersMax: 32_000,
  /** Elements of one multi-valued attribute; members are not among them. */
  valuesPerAttributeMax: 1000,
  /** What a raw record remembers of PATCHes, as JSON; the oldest goes first. */
  patchedCharactersMax: 32_000,
  resourceBytesMax: 256 * 1024,
  nameCharactersMax: 120,
  /** A record of an organization or a directory as JSON: a row holds 1 MiB, and a unit takes two bytes. */
  recordUnitsMax: 480_000,
  // cycles of an identity provider, as its traffic shows them
  /** A longer pause ends one; Entra leaves at least 20 minutes between two. */
  cyclePauseMinutesMin: 5,
  cycleMinutesMax: 1440,
  // keys
  keyLifeDaysDefault: 365,
  keyOverlapMinutesMax: 1440,
  // troubleshooting
  debugHoursMax: 72,
  // overload, per process: what is beyond is told to come back
  /** A body that takes longer gives its request's place to others meanwhile. */
  bodyPatienceMilliseconds: 250,
  scimRequestsRunningMax: 128,
  /** Of one directory. */
  scimRequestsRunningPerDirectoryMax: 96,
  scimRequestsWaitingMax: 2048,
  /** With those in flight 24 seconds of 25 requests/s: more than Entra sends is never refused. */
  scimRequestsWaitingPerDirectoryMax: 512,
  adminRequestsRunningMax: 48,
  adminRequestsRunningPerCallerMax: 32,
  adminRequestsWaitingMax: 512,
  adminRequestsWaitingPerCallerMax: 256,
  failedLoginsBurst: 300,
  failedLoginsPerSecond: 10,
  // storage
  /** Rows of one entity group transaction. */
  transactionRowsMax: 100,
  /** Membership changes of one transaction: three rows each (member, reverse, the member's guard), four for the rest. */
  memberChangesPerTransaction: 32,
  /** Lost races of one write before the caller is told to come back. */
  writeAttemptsMax: 8,
  counterShards: 16,
  /** Indexed addresses of a user: the index rows before and after a change fit into one transaction. */
  emailsPerUserMax: 40,
} as const;
