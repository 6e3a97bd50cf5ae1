/** What Graph does to its readers; each is a chance between 0 and 1. */
export interface FakeFaults {
  readonly throttled: number;
  readonly transient: number;
  readonly malformed: number;
  readonly resync: number;
  readonly tokenDead: number;
  readonly emptyPages: number;
  /** A round begins a little before its token. */
  readonly replays: number;
  /** Edge events in no order, with every state an edge had. */
  readonly disorder: number;
  /** An entry of a delta leaves out what did not change. */
  readonly sparse: number;
  /** A page of a list comes from a replica some changes behind. */
  readonly laggingLists: number;
  /** A round, or a token, comes from a replica some changes behind; what it does not know yet comes with a later round. */
  readonly laggingDeltas: number;
  /** One object, the groups of one, or who is assigned, are answered by a replica some changes behind. */
  readonly staleAnswers: number;
  /** 410 on any page of a list, while the deltas go on. */
  readonly goneInLists: number;
  /** The list of one group's members is not found, though the group is there. */
  readonly listsNotFound: number;
  /** Tenant, domains, permissions or assignments are not answered. */
  readonly unanswered: number;
  /** An application is not known for once. */
  readonly applicationUnknown: number;
  /** Nobody is assigned, for once. */
  readonly assignmentsEmpty: number;
  /** The list of who is assigned leads in a circle. */
  readonly assignmentsEndless: number;
}

export const noFaults: FakeFaults = {
  throttled: 0,
  transient: 0,
  malformed: 0,
  resync: 0,
  tokenDead: 0,
  emptyPages: 0,
  replays: 0,
  disorder: 0,
  sparse: 0,
  laggingLists: 0,
  laggingDeltas: 0,
  staleAnswers: 0,
  goneInLists: 0,
  listsNotFound: 0,
  unanswered: 0,
  applicationUnknown: 0,
  assignmentsEmpty: 0,
  assignmentsEndless: 0,
};
