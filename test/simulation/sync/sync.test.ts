import { expect, test } from '@jest/globals';
import { fullTransactions } from '../../../shared/sync/gathered-store.ts';
import type { Gathering } from '../../../shared/sync/gathered-writes.ts';
import { Died, SimulatedSync, seeded, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { live } from './random-life.ts';
import { liveThrough } from './random-world.ts';

const seeds = process.env['SIM_SEED'] === undefined ? Number(process.env['SIM_SEEDS'] ?? 200) : 1;
const first = Number(process.env['SIM_SEED'] ?? 1);

test('whole runs through faults, deaths and a tenant that moves on end where the tenant is (F1-F6, F10, I1, I3, I8, I18)', async () => {
  for (let seed = first; seed < first + seeds; seed++) {
    try {
      const { said, truth } = await liveThrough(seed);
      expect(said).toEqual(truth);
    } catch (error) {
      throw new Error(`SIM_SEED=${seed} replays this failure: ${String(error)}`, { cause: error });
    }
  }
});

test.each([
  ['full', fullTransactions, 10],
  ['nearly empty', { ...fullTransactions, writes: 2 }, 100],
])(
  'a process that dies before or after any write of a %s transaction leaves the same directory behind (F1)',
  async (_, gathering, leastWrites) => {
    const undisturbed = await small(gathering, () => undefined);
    let writes = 0;
    const counted = await small(gathering, () => {
      writes++;
    });
    expect(counted).toEqual(undisturbed);
    expect(writes).toBeGreaterThan(leastWrites);
    for (let fatal = 1; fatal <= writes; fatal++) {
      let count = 0;
      const survived = await small(gathering, () => {
        if (++count === fatal) throw new Died();
      });
      expect(survived).toEqual(undisturbed);
    }
  },
);

/** A first run and two rounds with every kind of change; what a consumer knows, and every row. */
async function small(gathering: Gathering, onWrite: () => void) {
  const sync = new SimulatedSync(7);
  sync.gathering = gathering;
  sync.onWrite = onWrite;
  live(sync.tenant, sync.random, 60);
  await sync.sync();
  for (let round = 0; round < 2; round++) {
    live(sync.tenant, seeded(round), 25);
    await sync.sync();
  }
  const rows: unknown[] = [];
  for await (const users of sync.store.userPages(simulatedDirectory)) {
    for (const { id, life, standing, fields } of users) rows.push({ id, life, standing, fields });
  }
  return { copy: [...sync.copy].sort(), rows, counts: (await sync.store.state(simulatedDirectory)).counts };
}
