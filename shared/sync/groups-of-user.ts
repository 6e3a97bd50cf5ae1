import type { UserId } from '../model/ids.ts';
import { effectiveGroupsOf } from '../nesting/effective.ts';
import type { NestedGroup } from './nested-store.ts';
import { type InDirectory, idOf, nestingViewOf } from './nesting-view.ts';
import { groupRows, isHeld, withUsers } from './stored-members.ts';

export interface GroupOfUser {
  readonly group: NestedGroup;
  readonly direct: boolean;
}

/** Groups that a user is an effective member of, in id order; undefined for a user that is not known. */
export async function groupsOfUser(at: InDirectory, id: UserId): Promise<readonly GroupOfUser[] | undefined> {
  const [view, users] = await Promise.all([nestingViewOf(at), at.store.users(at.directory, [id])]);
  const [user] = users;
  if (user === undefined) return undefined;
  const { memberships } = await withUsers(at, view, { users });
  const reached = new Set(effectiveGroupsOf(memberships, 0));
  const numbers: number[] = [];
  for (const [number, facts] of view.facts) {
    if (!facts.told) continue;
    const isIn = facts.held ? user.standing.counts && (await isHeld(at, facts.id, id)) : reached.has(number);
    if (isIn) numbers.push(number);
  }
  const direct = new Set(memberships.groupsOf(0));
  const rows = await groupRows(
    at,
    numbers.map((number) => idOf(view, number)),
  );
  return rows
    .map((group) => ({ group, direct: direct.has(view.ids.find(group.id) ?? -1) }))
    .sort((one, other) => (one.group.id < other.group.id ? -1 : 1));
}
