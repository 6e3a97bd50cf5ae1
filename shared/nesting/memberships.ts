import { type Adjacency, adjacency, type Edges, rowOf, transposed } from './adjacency.ts';
import { type Nesting, nestingOf } from './nesting.ts';

/**
 * Who is directly where, as far as a question needs it. A membership counts when both its ends are live;
 * members that are no live users (devices, deleted or never delivered users) are kept and lead nowhere.
 */
export interface Memberships {
  readonly nesting: Nesting;
  /** One more than the largest user number. */
  readonly users: number;
  /** 1 for each user that counts: live and in scope. */
  readonly liveUsers: Uint8Array;
  /** 1 for each group whose effective members are told: live and in scope. */
  readonly told: Uint8Array;
  /** Groups that hold `user` directly. */
  readonly groupsOf: (user: number) => Uint32Array;
  /** Users that `group` holds directly. */
  readonly usersOf: (group: number) => Uint32Array;
}

/** Memberships that are all in memory, in both directions: 122 MB for a million users and ten million memberships. */
export interface WholeMemberships extends Memberships {
  readonly userGroups: Adjacency;
  readonly groupUsers: Adjacency;
}

export interface WholeState {
  /** Edges group → user. */
  readonly userEdges: Edges;
  /** Edges parent → child. */
  readonly nestingEdges: Edges;
  readonly liveUsers: Uint8Array;
  readonly liveGroups: Uint8Array;
  /** Defaults to all live groups. */
  readonly told?: Uint8Array;
  readonly ancestorsMax?: number;
}

export function membershipsOf(state: WholeState): WholeMemberships {
  const users = state.liveUsers.length;
  const groups = state.liveGroups.length;
  const groupUsers = adjacency(state.userEdges, { rows: groups, columns: users });
  const userGroups = transposed(groupUsers, users);
  return {
    nesting: nestingOf(state.nestingEdges, state.liveGroups, state.ancestorsMax),
    users,
    liveUsers: state.liveUsers,
    told: state.told ?? state.liveGroups,
    ...wholeRows({ groupUsers, userGroups }),
  };
}

export type WholeRows = Pick<WholeMemberships, 'userGroups' | 'groupUsers' | 'groupsOf' | 'usersOf'>;

/** Direct memberships that are all in memory, seen from both ends. */
export const wholeRows = (rows: Pick<WholeMemberships, 'userGroups' | 'groupUsers'>): WholeRows => ({
  ...rows,
  groupsOf: (user) => rowOf(rows.userGroups, user),
  usersOf: (group) => rowOf(rows.groupUsers, group),
});

/** Direct members of a group that do not count: deleted, out of scope, never delivered, or no users at all. */
export function idleMembers(memberships: Memberships, group: number): number {
  let idle = 0;
  for (const user of memberships.usersOf(group)) {
    if (memberships.liveUsers[user] !== 1) idle++;
  }
  return idle;
}
