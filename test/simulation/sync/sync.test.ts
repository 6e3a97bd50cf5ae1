import { expect, test } from '@jest/globals';
import { noFaults } from '../../support/sync/fake-tenant.ts';
import { live } from './random-life.ts';
import { SimulatedSync } from './simulated-sync.ts';

const seeds = process.env['SIM_SEED'] === undefined ? 3000 : 1;
const first = Number(process.env['SIM_SEED'] ?? 1);

test('whole runs through faults, deaths and a tenant that moves on end where the tenant is (F1-F6, F10, I1, I3, I8, I18)', async () => {
  for (let seed = first; seed < first + seeds; seed++) {
    try {
      await scenario(seed);
    } catch (error) {
      throw new Error(`SIM_SEED=${seed} replays this failure: ${String(error)}`, { cause: error });
    }
  }
});

/** Swarm: each seed has its own subset of faults. */
async function scenario(seed: number): Promise<void> {
  const sync = new SimulatedSync(seed);
  const { random, tenant } = sync;
  const some = (chance: number) => (random() < 0.5 ? random() * chance : 0);
  live(tenant, random, 60);
  for (let round = 0; round < 6; round++) {
    tenant.faults = {
      throttled: some(0.2),
      transient: some(0.2),
      malformed: some(0.1),
      resync: some(0.05),
      tokenDead: some(0.05),
      emptyPages: some(0.5),
      replays: some(0.5),
      disorder: some(1),
    };
    sync.deaths = some(0.08);
    sync.meanwhile = random() < 0.4 ? () => live(tenant, random, random() < 0.3 ? 1 : 0) : () => undefined;
    live(tenant, random, Math.floor(random() * 12));
    await sync.sync();
  }
  tenant.faults = noFaults;
  sync.deaths = 0;
  sync.meanwhile = () => undefined;
  for (let quiet = 0; quiet < 3; quiet++) await sync.sync();
  expect([...sync.copy].sort()).toEqual([...tenant.effectivePairs()].sort());
}
