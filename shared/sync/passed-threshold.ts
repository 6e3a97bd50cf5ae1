/** What a plan waits for a person for: a word for programs, and for comparing plans. Kept in rows; a word never means another thing. */
export type ThresholdKind =
  | 'memberships-removed'
  | 'users-removed'
  | 'groups-removed'
  | 'groups-emptied'
  | 'group-shrunken'
  | 'removals-unreadable'
  | 'users-limit'
  | 'groups-limit'
  | 'memberships-limit'
  | 'nobody-assigned'
  | 'chosen-groups-gone'
  | 'chosen-domains-gone';

/** A threshold that a plan passes. */
export interface PassedThreshold {
  readonly kind: ThresholdKind;
  /** The same for people, with its numbers. */
  readonly sentence: string;
}
