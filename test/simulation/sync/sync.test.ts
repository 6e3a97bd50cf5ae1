import { expect, test } from '@jest/globals';
import { fullTransactions } from '../../../shared/sync/gathered-store.ts';
import type { SyncRun } from '../../../shared/sync/run-records.ts';
import { seeded } from '../../../tools/simulated-tenant/seeded-random.ts';
import { Died } from '../../support/sync/simulated-processes.ts';
import { SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { live } from './random-life.ts';
import { liveThrough } from './random-world.ts';

const seeds = process.env['SIM_SEED'] === undefined ? Number(process.env['SIM_SEEDS'] ?? 200) : 1;
const first = Number(process.env['SIM_SEED'] ?? process.env['SIM_FIRST'] ?? 1);

test(
  'whole runs through faults, deaths and a tenant that moves on end where the tenant is (F1-F6, F10, F13, I1, I3, I8, I9, I11, I18)',
  async () => {
    for (let seed = first; seed < first + seeds; seed++) {
      try {
        const { said, truth } = await liveThrough(seed);
        expect(said).toEqual(truth);
      } catch (error) {
        throw new Error(`SIM_SEED=${seed} replays this failure: ${String(error)}`, { cause: error });
      }
    }
  },
  30_000 + seeds * 200,
);

test('a world that is lived through twice has told the same, entry by entry: a seed replays', async () => {
  for (let seed = first; seed < first + Math.min(seeds, 20); seed++) {
    const { story } = await liveThrough(seed);
    expect((await liveThrough(seed)).story).toEqual(story);
  }
});

test.each([
  ['full', { gathering: fullTransactions }, 10],
  ['half full', { gathering: { ...fullTransactions, writes: 14 } }, 14],
  ['nearly empty', { gathering: { ...fullTransactions, writes: 2 } }, 80],
  ['too small', { gathering: fullTransactions, wholeRefused: true, fittingMax: 0 }, 20],
  ['overflowing', { gathering: { ...fullTransactions, writes: 14 }, wholeRefused: true, fittingMax: 5 }, 30],
])(
  'a process that dies before or after any write of a %s transaction leaves the same directory behind (F1)',
  async (_, store, leastWrites) => {
    const undisturbed = await small(store, () => undefined);
    let writes = 0;
    const counted = await small(store, () => {
      writes++;
    });
    expect(counted).toEqual(undisturbed);
    expect(writes).toBeGreaterThan(leastWrites);
    for (let fatal = 1; fatal <= writes; fatal++) {
      let count = 0;
      const survived = await small(store, () => {
        if (++count === fatal) throw new Died();
      });
      expect(survived).toEqual(undisturbed);
    }
  },
);

type StoreOf = Partial<Pick<SimulatedSync, 'gathering' | 'wholeRefused' | 'fittingMax'>>;

/** A first run and two rounds with every kind of change; what a consumer knows, every row, and what runs left of their own. */
async function small(store: StoreOf, onWrite: () => void) {
  const sync = Object.assign(new SimulatedSync(7), store, { onWrite });
  const left: unknown[] = [];
  const syncOnce = async () => {
    const run = await sync.sync();
    left.push(...(await keptBy(sync, run)));
  };
  live(sync.tenant, sync.random, 60);
  await syncOnce();
  for (let round = 0; round < 2; round++) {
    live(sync.tenant, seeded(round), 25);
    await syncOnce();
  }
  expect(left).toEqual([]);
  const rows: unknown[] = [];
  for await (const users of sync.store.userPages(simulatedDirectory)) {
    for (const { id, life, standing, fields } of users) rows.push({ id, life, standing, fields });
  }
  return { copy: [...sync.copy].sort(), rows, counts: (await sync.store.state(simulatedDirectory)).counts };
}

/** Pages and journal parts of a run that has ended. */
async function keptBy({ store }: SimulatedSync, { id: run }: SyncRun): Promise<readonly unknown[]> {
  const range = { run, from: 0, to: 50 };
  const kept: unknown[] = [];
  for (const stream of ['users', 'groups'])
    for await (const page of store.stagedPages(simulatedDirectory, { ...range, stream })) kept.push(page);
  for await (const part of store.journalParts(simulatedDirectory, range)) kept.push(part);
  return kept.filter((row) => row !== undefined);
}
