import type { GroupId } from '../model/ids.ts';
import { collectDescendants, effectiveGroupsOf } from '../nesting/effective.ts';
import { packGuids } from '../nesting/guid.ts';
import { GuidTable } from '../nesting/guid-table.ts';
import { Marks } from '../nesting/marks.ts';
import type { NestedUser } from './nested-store.ts';
import { type InDirectory, idOf, type NestingView, nestingViewOf } from './nesting-view.ts';
import { idsAfter, internAll } from './ordered-ids.ts';
import type { Sized } from './run-memory.ts';
import { countingUsers, heldIn, isHeld, membersOfAll, withUsers } from './stored-members.ts';

/** A user in scope of an application whom Entra itself does not assign to it. */
export interface MemberNotAssigned {
  readonly user: NestedUser;
  /** Assigned groups that he is a member of, through nested ones. */
  readonly groups: readonly GroupId[];
}

/**
 * Users who get access to the application in scope by nesting alone, in id order, as of the last completed run: assignments do not
 * pass from a group to those in it, so that whoever is neither assigned nor a direct member of an assigned group cannot sign in
 * where the application requires assignment (graph.md §2).
 */
export async function membersNotAssigned(
  at: InDirectory,
  { after = '', limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<{ readonly items: readonly MemberNotAssigned[]; readonly next?: string }> {
  const run = await at.memory.asOf(at);
  const view = await nestingViewOf(at, run);
  const roots = rootsOf(view);
  const packed = await run.of('not-assigned', () => readNotAssigned(at, view, roots));
  const { users, next } = await countingUsers(at, idsAfter(packed, after), limit);
  const { memberships } = await withUsers(at, view, { users });
  const heldRoots = roots.filter((root) => view.facts.get(root)?.held === true);
  const items: MemberNotAssigned[] = [];
  for (const [index, user] of users.entries()) {
    const above = new Set(effectiveGroupsOf(memberships, index));
    const groups: GroupId[] = [];
    for (const root of roots) {
      const isIn = heldRoots.includes(root) ? await isHeld(at, idOf(view, root), user.id) : above.has(root);
      if (isIn) groups.push(idOf(view, root));
    }
    items.push({ user, groups: groups.sort() });
  }
  return { items, ...(next === undefined ? {} : { next }) };
}

/** Assigned groups that are told of. */
const rootsOf = ({ assigned, ids, facts }: NestingView): readonly number[] =>
  assigned.groups.flatMap((id) => {
    const root = ids.find(id);
    return root !== undefined && facts.get(root)?.told === true ? [root] : [];
  });

/** Packed ids in order. Who does not count is among them: that is read of each page. */
async function readNotAssigned(
  at: InDirectory,
  view: NestingView,
  roots: readonly number[],
): Promise<Sized<Uint8Array>> {
  const users = new GuidTable();
  for (const id of view.assigned.users) users.intern(id);
  for (const { packed } of await membersOfAll(at, view, roots)) internAll(users, packed);
  const assigned = users.count;
  const marks = new Marks(view.ids.count);
  const below = new Set<number>();
  for (const root of roots) {
    if (view.facts.get(root)?.held === true) {
      internAll(users, await heldIn(at, idOf(view, root)));
      continue;
    }
    collectDescendants(view.memberships, root, marks);
    for (const group of marks.sorted()) below.add(group);
  }
  for (const root of roots) below.delete(root);
  for (const { packed } of await membersOfAll(at, view, below)) internAll(users, packed);
  const others = Array.from({ length: users.count - assigned }, (_, index) => users.textOf(assigned + index));
  const value = packGuids(others.sort());
  return { value, bytes: value.length };
}
