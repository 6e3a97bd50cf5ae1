import { effectiveMembersOf } from '../../../shared/sync/effective-members.ts';
import { RunMemory } from '../../../shared/sync/run-memory.ts';
import type { NestedSettings } from '../../../shared/sync/settings.ts';
import { type Truth, truthOf } from '../../support/sync/oracle.ts';
import { simulatedDirectory as directory, type SimulatedSync } from '../../support/sync/simulated-sync.ts';

/** What there is to know of a tenant. */
export interface Known {
  readonly users: readonly string[];
  readonly groups: readonly string[];
  /** "group user" as told, and as readers get it. */
  readonly pairs: readonly string[];
  readonly stored: readonly string[];
  readonly rows: readonly unknown[];
  readonly counts: unknown;
}

/** What the consumer knows, and what is stored of everything that is there. */
export async function saidBy(sync: SimulatedSync): Promise<Known> {
  const { store, consumer } = sync;
  const { counts } = await store.state(directory);
  return {
    users: [...consumer.users].sort(),
    groups: [...consumer.groups].sort(),
    pairs: [...consumer.copy].sort(),
    stored: await storedPairs(sync),
    rows: [...(await storedUsers(sync)), ...(await storedGroups(sync))],
    counts: { users: counts?.users, groups: counts?.groups, memberships: counts?.memberships },
  };
}

async function storedUsers({ store }: SimulatedSync): Promise<readonly unknown[]> {
  const users = await all(store.userPages(directory));
  return users.flatMap(({ id, life, fields, standing: { inScope, reason } }) => {
    return life === 'live' ? [{ id, name: fields['displayName'], why: inScope ? undefined : reason }] : [];
  });
}

async function storedGroups({ store }: SimulatedSync): Promise<readonly unknown[]> {
  const groups = await all(store.groupPages(directory));
  return groups.flatMap(({ id, life, fields, told, held }) => {
    return life === 'live' ? [{ id, name: fields['displayName'], told, held }] : [];
  });
}

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const rows: T[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}

/** As it is answered to whoever asks for the members of each group. */
async function storedPairs({ store, consumer }: SimulatedSync): Promise<readonly string[]> {
  const at = { store, directory, memory: new RunMemory() };
  const { groups } = await store.nesting(directory);
  const pairs: string[] = [];
  for (const { id } of groups) {
    const members = await effectiveMembersOf(at, id, { limit: 1000 });
    if ((members !== undefined) !== consumer.groups.has(id))
      throw new Error(`${id} is answered, or told, alone`);
    for (const { user } of members?.items ?? []) pairs.push(`${id} ${user.id}`);
  }
  return pairs.sort();
}

/** What should be known; a group above its limit keeps what was told of it, as far as they are in the directory. */
export function toBeSaid({ tenant, consumer }: SimulatedSync, settings: NestedSettings): Known {
  const truth = truthOf(tenant.history.latest, settings);
  const kept = [...consumer.copy].filter((pair) => truth.users.has(pair.split(' ')[1] ?? ''));
  const { pairs, held } = limited(truth, { kept, max: settings.maxMembersPerGroup });
  const users = [...tenant.users].sort().flatMap(([id, { life, fields }]) => {
    return life === 'live' ? [{ id, name: fields['displayName'], why: truth.outside.get(id) }] : [];
  });
  const groups = [...tenant.groups].sort().flatMap(([id, { life, fields }]) => {
    const told = truth.groups.has(id);
    return life === 'live' ? [{ id, name: fields['displayName'], told, held: held.has(id) }] : [];
  });
  return {
    users: [...truth.users].sort(),
    groups: [...truth.groups].sort(),
    pairs: [...pairs].sort(),
    stored: [...pairs].sort(),
    rows: [...users, ...groups],
    counts: { users: truth.users.size, groups: truth.groups.size, memberships: pairs.length },
  };
}

function limited(
  { groups, pairs }: Truth,
  { kept, max }: { readonly kept: readonly string[]; readonly max: number },
) {
  const sizes = Map.groupBy(pairs, (pair) => pair.split(' ')[0] ?? '');
  const held = new Set([...groups].filter((group) => (sizes.get(group)?.length ?? 0) > max));
  const isHeld = (pair: string) => held.has(pair.split(' ')[0] ?? '');
  return {
    held,
    pairs: [...[...pairs].filter((pair) => !isHeld(pair)), ...kept.filter(isHeld)],
  };
}
