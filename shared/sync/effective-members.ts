import type { GroupId } from '../model/ids.ts';
import { throughWhichChild } from '../nesting/explain.ts';
import type { NestedUser } from './nested-store.ts';
import {
  type InDirectory,
  idOf,
  type NestingView,
  nestingViewOf,
  type ToldGroup,
  toldGroup,
} from './nesting-view.ts';
import { idsAfter, orderedIds } from './ordered-ids.ts';
import type { Sized } from './run-memory.ts';
import { countingUsers, type Held, heldIn, membersBelow, withUsers } from './stored-members.ts';

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
  const run = await at.memory.asOf(at);
  const view = await nestingViewOf(at, run);
  const told = toldGroup(view, group);
  if (told === undefined) return undefined;
  const { below, ordered } = await run.of(`members of ${group}`, () => readMembers(at, view, told));
  const { users, next } = await countingUsers(at, idsAfter(ordered, page.after ?? ''), page.limit);
  const { memberships } = await withUsers(at, view, { users, below });
  const items = users.map((user, index) => {
    const { direct, children } = throughWhichChild(memberships, told.number, index);
    return { user, direct, through: children.map((child) => idOf(view, child)) };
  });
  return { items, ...(next === undefined ? {} : { next }) };
}

interface Members {
  /** Absent of a group above its limit, which has the members it kept. */
  readonly below?: readonly Held[];
  readonly ordered: Uint8Array;
}

/** Of all that hold one; who does not count is among them, and is left out of each page. */
async function readMembers(
  at: InDirectory,
  view: NestingView,
  { number, facts }: ToldGroup,
): Promise<Sized<Members>> {
  if (facts.held) {
    const ordered = orderedIds([await heldIn(at, facts.id)]);
    return { value: { ordered }, bytes: ordered.length };
  }
  const below = await membersBelow(at, view, number);
  const ordered = orderedIds(below.map(({ packed }) => packed));
  const bytes = below.reduce((sum, { packed }) => sum + packed.length, ordered.length);
  return { value: { below, ordered }, bytes };
}
