import { UserId } from '../../../shared/model/ids.ts';
import { Refusal } from '../../../shared/model/refusal.ts';
import { cancelRun } from '../../../shared/sync/run-orders.ts';
import { NestedSettings } from '../../../shared/sync/settings.ts';
import { syncUser } from '../../../shared/sync/sync-user.ts';
import { Died } from '../../support/sync/simulated-processes.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { blink, live } from './random-life.ts';
import { type Kinds, register } from './random-tenant.ts';

interface Nature {
  readonly kinds: Kinds;
  /** Assignments and domains move too. */
  readonly hasRules: boolean;
}

/** Something happens, and a few seconds go by. */
export function livingOn(sync: SimulatedSync, { kinds, hasRules }: Nature): void {
  const { random, tenant } = sync;
  if (hasRules && random() < 0.15) register(tenant, random);
  else if (random() < 0.2) blink(tenant, random);
  else live(tenant, random, 1, kinds);
  sync.advance(random() * 10_000);
}

/** While a run reads, things happen; in some worlds objects are deleted and restored all the time, or somebody stops the run. */
export function meanwhile(sync: SimulatedSync, { kinds, hasRules }: Nature): () => Promise<void> {
  const { random, tenant } = sync;
  const often = random() < 0.6 ? random() : 0;
  const blinks = random() < 0.5;
  const isStopped = random() < 0.15;
  const isRefused = random() < 0.1;
  return async () => {
    if (random() < often) {
      if (blinks) blink(tenant, random);
      else live(tenant, random, 1, kinds);
    }
    if (hasRules && random() < often / 10) register(tenant, random);
    if (isStopped && random() < 0.05) await stopRun(sync);
    if (isRefused && random() < 0.05) tenant.permissions = nothingAllowed;
  };
}

/** The consent was taken away. */
const nothingAllowed = {
  users: false,
  groups: false,
  domains: false,
  hiddenMembers: false,
  applications: false,
};

async function stopRun(sync: SimulatedSync): Promise<void> {
  const { activeRun } = await sync.store.state(simulatedDirectory);
  if (activeRun === undefined) return;
  await sync.ordered(() => cancelRun(sync.ports(), simulatedDirectory, activeRun));
}

/** As after an update that asks Graph for other fields: everything is read anew, over what is stored. */
export async function forgetTokens(sync: SimulatedSync): Promise<void> {
  const { store } = sync;
  sync.deaths = 0;
  const fence = await store.acquire(simulatedDirectory, { holder: 'update', now: sync.now(), seconds: 1 });
  if (fence === undefined) return;
  const { tokens: _, ...state } = await store.state(simulatedDirectory);
  await store.commit(simulatedDirectory, fence, [{ kind: 'state', state }]);
  await store.release(simulatedDirectory, fence);
}

/** Somebody has one user read by himself, and does not mind when it fails. */
export async function syncOne(sync: SimulatedSync, settings: Partial<NestedSettings>): Promise<void> {
  const [user] = [...sync.tenant.users.keys()].sort(() => sync.random() - 0.5);
  const { lastCompletedRun } = await sync.store.state(simulatedDirectory);
  const run = lastCompletedRun && (await sync.store.run(simulatedDirectory, lastCompletedRun));
  // After an enumeration there is no earlier token that would tell again what an old answer takes back (docs/sync-rules.md).
  if (run === undefined || run.users.baseline) return;
  const ports = sync.ports();
  const id = UserId.parse(user);
  const answer = await ports.graph.user(id);
  if (answer.kind === 'fault') return;
  const of = { directory: simulatedDirectory, user: id, entry: answer.value };
  const rules = NestedSettings.parse(settings);
  await syncUser(ports, { ...of, settings: rules, key: `one ${sync.now()}` }).catch((error) => {
    if (!(error instanceof Died || error instanceof Refusal)) throw error;
  });
}
