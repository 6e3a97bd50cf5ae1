import type { GroupId, UserId } from '../model/ids.ts';
import { witnessPaths } from '../nesting/witness-paths.ts';
import type { GroupFacts, NestedUser } from './nested-store.ts';
import { type InDirectory, idOf, nestingViewOf } from './nesting-view.ts';
import { isHeld, withUsers } from './stored-members.ts';

export interface Explanation {
  readonly member: boolean;
  /** From the asked group down to the one that holds the user directly, shortest first. */
  readonly paths: readonly (readonly GroupId[])[];
  readonly morePaths: boolean;
  readonly user: NestedUser | undefined;
  readonly group: GroupFacts | undefined;
}

/** Why a user is, or is not, an effective member of a group, from stored facts. */
export async function explain(
  at: InDirectory,
  asked: { readonly user: UserId; readonly group: GroupId },
  pathsMax: number,
): Promise<Explanation> {
  const [view, users] = await Promise.all([nestingViewOf(at), at.store.users(at.directory, [asked.user])]);
  const number = view.ids.find(asked.group);
  const facts = number === undefined ? undefined : view.facts.get(number);
  const { memberships } = await withUsers(at, view, { users });
  const found =
    number === undefined || users.length === 0
      ? { paths: [], more: false }
      : witnessPaths(memberships, { group: number, user: 0 }, pathsMax);
  const member =
    facts?.held === true
      ? users[0]?.standing.counts === true && (await isHeld(at, facts.id, asked.user))
      : found.paths.length > 0 && facts?.told === true;
  return {
    member,
    paths: found.paths.map((path) => path.map((row) => idOf(view, row))),
    morePaths: found.more,
    user: users[0],
    group: facts,
  };
}
