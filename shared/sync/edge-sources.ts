import type { AskedGroups } from './asked-groups.ts';
import type { ChangedEdges } from './changed-edges.ts';
import type { EdgeWords } from './edge-words.ts';
import type { FoldedRound } from './fold-round.ts';
import type { ListedGroup, PendingLists } from './pending-lists.ts';
import type { HiddenMembers } from './shown-groups.ts';
import type { StoredMemberships } from './stored-memberships.ts';
import type { UndecidedEdges } from './undecided-edges.ts';

/** What the edges of a round are decided by. */
export interface EdgeSources {
  readonly round: FoldedRound;
  readonly stored: StoredMemberships;
  readonly listed: ReadonlyMap<number, ListedGroup>;
  /** Memberships found by asking for an object's groups; they only add. */
  readonly asked: AskedGroups;
  /** The groups stream was a complete enumeration: what it did not show is gone. */
  readonly sweep: boolean;
  readonly mayReadHidden: HiddenMembers;
  /** Soft-deleted users: lists and enumerations do not show them, and their memberships come back with a restore. */
  readonly asleep: ReadonlySet<number>;
}

/** What is found out on the way. */
export interface EdgeContext {
  readonly sources: EdgeSources;
  readonly pending: PendingLists;
  readonly hidden: Set<number>;
  readonly undecided: { readonly users: UndecidedEdges; readonly nesting: UndecidedEdges };
}

/** The edges of one group to members of one kind. */
export interface Side {
  readonly kind: 'user' | 'group';
  readonly edges: Uint32Array;
  /** Members as they are stored; known of groups that were listed, and of all in a sweep. */
  readonly stored: Uint32Array;
  readonly before: (member: number) => boolean;
  readonly listed: ReadonlySet<number> | undefined;
  /** Members of whom earlier rounds left it open whether they came. */
  readonly open: readonly number[];
  /** Members of whom it was said before, by something else than a list, that they left. */
  readonly left: readonly number[];
  readonly undecided: UndecidedEdges;
  /** Members that were found to be in the group by asking them. */
  readonly asked: readonly number[];
  /** A member that is not shown may still be one. */
  readonly isAsleep: (member: number) => boolean;
  readonly words: EdgeWords;
  readonly into: ChangedEdges;
}
