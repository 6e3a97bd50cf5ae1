import { UserId } from '../../../shared/model/ids.ts';
import type { JsonObject } from '../../../shared/model/json.ts';
import { Refusal } from '../../../shared/model/refusal.ts';
import { syncUser } from '../../../shared/sync/sync-user.ts';
import { type FakeFaults, noFaults } from '../../support/sync/fake-faults.ts';
import { Died } from '../../support/sync/simulated-processes.ts';
import { SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { effectivePairs } from '../../support/sync/stored-pairs.ts';
import { groupsBelow } from '../../support/sync/tenant-history.ts';
import { blink, live } from './random-life.ts';

/** What there is to know of a tenant. */
interface Known {
  readonly pairs: readonly string[];
  readonly stored: readonly string[];
  readonly objects: readonly unknown[];
}

export interface Outcome {
  readonly said: Known;
  readonly truth: Known;
  /** All that was ever told, in its order. */
  readonly story: readonly unknown[];
}

/**
 * Swarm: each seed has its own subset of faults. Replicas lag less than the pause between two runs, or, in some worlds, as long as they
 * like: there only a complete enumeration is promised to be exact, and what an old list took away is no lie.
 */
export async function liveThrough(seed: number): Promise<Outcome> {
  const sync = new SimulatedSync(seed);
  const { random, tenant } = sync;
  sync.roughQueue = true;
  const lagsForLong = random() < 0.15;
  sync.consumer.isStrict = !lagsForLong;
  if (lagsForLong) tenant.lagSeconds = 1_000_000;
  live(tenant, random, 60);
  await sixRounds(sync, random() < 0.5 ? 'lists' : 'delta');
  if (lagsForLong) tenant.tokenAge++;
  await twoQuietRounds(sync);
  if (isExplained(sync)) {
    tenant.tokenAge++;
    await twoQuietRounds(sync);
  }
  const story = await sync.store.outbox(simulatedDirectory, { limit: 1_000_000 });
  return { said: await saidBy(sync), truth: truthOf(sync), story };
}

async function twoQuietRounds(sync: SimulatedSync): Promise<void> {
  for (let quiet = 0; quiet < 2; quiet++) {
    sync.advance(pauseMilliseconds);
    await sync.sync();
  }
}

/** Whether something is wrong, and all of it is about objects whose short deletion nothing told of: a new enumeration has to mend that. */
function isExplained(sync: SimulatedSync): boolean {
  const { copy, tenant } = sync;
  const pairs = tenant.effectivePairs();
  const wrong = [...pairs.difference(copy), ...copy.difference(pairs)];
  const sleepers = sync.evidence.unseenSleepers();
  const concerns = (pair: string) => {
    const [group = '', user = ''] = pair.split(' ');
    const below = groupsBelow(tenant.history.latest, group);
    return sleepers.has(user) || !sleepers.isDisjointFrom(below);
  };
  return wrong.length > 0 && wrong.every(concerns);
}

async function sixRounds(sync: SimulatedSync, baseline: 'lists' | 'delta'): Promise<void> {
  const { random, tenant } = sync;
  for (let round = 0; round < 6; round++) {
    sync.advance(pauseMilliseconds);
    if (round > 0) for (let events = random() * 12; events >= 1; events--) livingOn(sync);
    tenant.faults = someFaults(random);
    sync.deaths = sometimes(random, 0.08);
    sync.meanwhile = random() < 0.6 ? meanwhile(sync) : () => undefined;
    await sync.sync({ baseline });
    if (random() < 0.5) await syncOne(sync);
  }
  tenant.faults = noFaults;
  sync.deaths = 0;
  sync.meanwhile = () => undefined;
}

/** Somebody has one user read by himself, and does not mind when it fails. */
async function syncOne(sync: SimulatedSync): Promise<void> {
  const [user] = [...sync.tenant.users.keys()].sort(() => sync.random() - 0.5);
  const { settings, users } = await sync.lastRun();
  // After an enumeration there is no earlier token that would tell again what an old answer takes back (docs/sync-rules.md).
  if (users.baseline) return;
  const ports = sync.ports();
  const id = UserId.parse(user);
  const answer = await ports.graph.user(id);
  if (answer.kind === 'fault') return;
  const of = { directory: simulatedDirectory, user: id, entry: answer.value, settings };
  await syncUser(ports, { ...of, key: `one ${sync.now()}` }).catch((error) => {
    if (!(error instanceof Died || error instanceof Refusal)) throw error;
  });
}

/** Longer than replicas lag. */
const pauseMilliseconds = 120_000;

const sometimes = (random: () => number, chance: number) => (random() < 0.5 ? random() * chance : 0);

function someFaults(random: () => number): FakeFaults {
  const some = (chance: number) => sometimes(random, chance);
  return {
    throttled: some(0.2),
    transient: some(0.2),
    malformed: some(0.1),
    sparse: some(1),
    unanswered: some(0.1),
    applicationUnknown: 0,
    assignmentsEmpty: 0,
    assignmentsEndless: 0,
    resync: some(0.05),
    tokenDead: some(0.05),
    emptyPages: some(0.5),
    replays: some(0.5),
    disorder: some(1),
    ...(random() < 0.3 ? allLag : { laggingLists: some(1), laggingDeltas: some(1), staleAnswers: some(1) }),
    goneInLists: some(0.05),
  };
}

const allLag = { laggingLists: 0.5, laggingDeltas: 0.5, staleAnswers: 0.5 };

function livingOn(sync: SimulatedSync): void {
  (sync.random() < 0.2 ? blink : live)(sync.tenant, sync.random, 1);
  sync.advance(sync.random() * 10_000);
}

/** While a run reads, things happen; in some worlds objects are deleted and restored all the time. */
function meanwhile(sync: SimulatedSync): () => void {
  const happens = sync.random() < 0.5 ? blink : live;
  const often = sync.random();
  return () => {
    if (sync.random() < often) happens(sync.tenant, sync.random, 1);
  };
}

/** What the consumer knows, and what is stored of everything that is there. */
async function saidBy(sync: SimulatedSync): Promise<Known> {
  const { store, copy } = sync;
  const objects: unknown[] = [];
  for await (const rows of store.userPages(simulatedDirectory)) objects.push(...rows.flatMap(shown));
  for await (const rows of store.groupPages(simulatedDirectory)) objects.push(...rows.flatMap(shown));
  return {
    pairs: [...copy].sort(),
    stored: [...(await effectivePairs(store, simulatedDirectory))].sort(),
    objects,
  };
}

function truthOf({ tenant }: SimulatedSync): Known {
  const objects = [tenant.users, tenant.groups].flatMap((kind) =>
    [...kind].sort().flatMap(([id, { life, fields }]) => shown({ id, life, fields })),
  );
  const pairs = [...tenant.effectivePairs()].sort();
  return { pairs, stored: pairs, objects };
}

const shown = ({ id, life, fields }: { id: string; life: string; fields: JsonObject }) =>
  life === 'live' ? [{ id, name: fields['displayName'] }] : [];
