import type { GroupId } from '../model/ids.ts';
import { throughWhichChild } from '../nesting/explain.ts';
import type { NestedUser } from './nested-store.ts';
import { type InDirectory, idOf, nestingViewOf, toldGroup } from './nesting-view.ts';
import { countingUsers, heldIn, idsIn, membersBelow, withUsers } from './stored-members.ts';

/** An effective member, and how it comes into the group. */
export interface EffectiveMember {
  readonly user: NestedUser;
  readonly direct: boolean;
  /** Nested groups, direct members of the asked one, through which it comes. */
  readonly through: readonly GroupId[];
}

/**
 * Effective members of a group in id order, from the facts of the last completed run. Undefined for a group that is not told:
 * unknown, deleted or out of scope.
 */
export async function effectiveMembersOf(
  at: InDirectory,
  group: GroupId,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<{ readonly items: readonly EffectiveMember[]; readonly next?: string } | undefined> {
  const view = await nestingViewOf(at);
  const told = toldGroup(view, group);
  if (told === undefined) return undefined;
  const { number, facts } = told;
  const below = facts.held ? undefined : await membersBelow(at, view, number);
  const ids = idsIn(below?.map(({ packed }) => packed) ?? [await heldIn(at, group)]);
  const { after = '' } = page;
  const wanted = [...new Set(ids)].filter((id) => id > after).sort();
  const { users, next } = await countingUsers(at, wanted, page.limit);
  const { memberships } = await withUsers(at, view, { users, below });
  const items = users.map((user, index) => {
    const { direct, children } = throughWhichChild(memberships, number, index);
    return { user, direct, through: children.map((child) => idOf(view, child)) };
  });
  return { items, ...(next === undefined ? {} : { next }) };
}
