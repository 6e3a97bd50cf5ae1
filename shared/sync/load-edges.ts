import type { AskedGroups } from './asked-groups.ts';
import type { FoldedRound } from './fold-round.ts';
import type { NestedUser } from './nested-store.ts';
import { partsOf } from './parts-of.ts';
import { numberOf, userIds } from './round-ids.ts';
import type { RoundSources } from './round-sources.ts';
import type { StoredMemberships } from './stored-memberships.ts';

export interface Loaded {
  readonly round: FoldedRound;
  readonly stored: StoredMemberships;
  readonly listed: ReadonlyMap<number, unknown>;
  readonly asked: AskedGroups;
  readonly sweep: boolean;
  /** The round has everybody in it who is stored. */
  readonly hasEverybody: boolean;
}

/** Reads the stored memberships that events, lists, sweeps and hard deletes are compared with. */
export async function loadForEdges({ round, stored, listed, asked, sweep }: Loaded): Promise<void> {
  // On a first run nothing is stored, and a million members need not be gathered to find that out.
  if (stored.facts.size === 0) return;
  if (sweep) {
    await stored.loadAll();
    return;
  }
  const gone = [...round.groups].flatMap(([group, { life }]) => (life === 'gone' ? [group] : []));
  await stored.loadMembers([...gone, ...listed.keys()]);
  const members = new Set(round.memberEvents.members());
  for (const { kind, member } of asked.answers) if (kind === 'user') members.add(member);
  for (const [user, { life, stored: before }] of round.users) {
    if (life === 'gone' && before !== undefined) members.add(user);
  }
  for (const group of [...gone, ...listed.keys()])
    for (const member of stored.membersOf(group)) members.add(member);
  await stored.loadGroupsOf(members);
}

/** Soft-deleted users among the members that a list or an enumeration may not have shown. */
export async function sleepingUsers(
  { store, run }: RoundSources,
  loaded: Loaded,
): Promise<ReadonlySet<number>> {
  const { round } = loaded;
  const asleep = new Set<number>();
  for await (const rows of unspokenUsers({ store, run }, loaded)) {
    for (const { id, life } of rows) if (life === 'soft-deleted') asleep.add(numberOf(round.memberIds, id));
  }
  for (const [user, { life }] of round.users) {
    if (life === 'soft-deleted') asleep.add(user);
    else asleep.delete(user);
  }
  return asleep;
}

/** Rows of whom the round may not have in it, and of others. */
function unspokenUsers(
  { store, run }: Pick<RoundSources, 'store' | 'run'>,
  { sweep, hasEverybody, ...loaded }: Loaded,
): AsyncIterable<readonly NestedUser[]> | readonly (readonly NestedUser[])[] {
  if (hasEverybody) return [];
  return sweep ? store.userPages(run.directory) : listedUsers({ store, run }, loaded);
}

/** Rows of all members that listed groups have or had. */
async function* listedUsers(
  { store, run }: Pick<RoundSources, 'store' | 'run'>,
  { round, stored, listed }: Pick<Loaded, 'round' | 'stored' | 'listed'>,
): AsyncIterable<readonly NestedUser[]> {
  if (listed.size === 0) return;
  const members = new Set(round.memberEvents.members());
  for (const group of listed.keys()) for (const member of stored.membersOf(group)) members.add(member);
  for (const some of partsOf([...members], 1000)) {
    yield await store.users(run.directory, userIds(round.memberIds, some));
  }
}
