import { expect, test } from '@jest/globals';
import { memoryLog } from '../../../shared/sync/memory-log.ts';
import type { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { group, synced, user } from './small-tenant.ts';

/** A second run; every look at the memory finds a byte more. */
async function measured(logFreeMemory: boolean): Promise<SimulatedSync> {
  const sync = await synced({ users: 2, groups: { 1: [['user', 1]] } });
  const { ports } = sync;
  let usedBytes = 0;
  sync.ports = () => ({
    ...ports.call(sync),
    memory: () => ({ usedBytes: ++usedBytes, totalBytes: 1000, limitBytes: 2000 }),
  });
  sync.tenant.setMember(group(1), user(2), 'user');
  await sync.sync({ logFreeMemory });
  return sync;
}

const entriesOf = (sync: SimulatedSync) =>
  [...sync.entries.values()]
    .filter(({ code }) => code === 'memory')
    .sort((one, other) => (one.key < other.key ? -1 : 1));

test('a run logs memory used, total and limit at its start, at each phase and at its end (S3-70)', async () => {
  const entries = entriesOf(await measured(true));
  expect(entries.map(({ message }) => message.replace('Memory in use at the ', ''))).toEqual([
    'start of step 0, phase check',
    'middle of step 0, phase read',
    'middle of step 0, phase fold',
    'middle of step 0, phase apply',
    'middle of step 0, phase cleanup',
    'middle of step 0, phase done',
    'end of step 0, phase done',
  ]);
  expect(entries.map(({ level, counts }) => ({ level, counts }))).toEqual(
    [0, 0, 1, 1, 1, 1, 1].map((objects, index) => ({
      level: 'info',
      counts: { usedBytes: index + 1, totalBytes: 1000, limitBytes: 2000, objects },
    })),
  );
});

test('and every 10,000 objects that it reads (S3-70)', async () => {
  const sync = await measured(false);
  const run = await sync.lastRun();
  const seen: (number | undefined)[] = [];
  const note = memoryLog({
    ...{ now: () => 0, memory: () => ({ usedBytes: 1, totalBytes: 2, limitBytes: 3 }) },
    log: {
      write: async (_directory, _run, entries) => {
        seen.push(...entries.map(({ counts }) => counts?.['objects']));
      },
      keepPlan: async () => undefined,
      saveRun: async () => undefined,
    },
  });
  for (const items of [0, 6000, 9999, 10_000, 19_999, 25_000, 30_000, 35_000]) {
    const users = { ...run.users, items };
    const groups = { ...run.groups, items: 0 };
    await note({ ...run, phase: 'read', users, groups, settings: { ...run.settings, logFreeMemory: true } });
  }
  expect(seen).toEqual([0, 10_000, 25_000, 35_000]);
});

test('no memory is logged unless the settings say so (S3-69)', async () => {
  expect(entriesOf(await measured(false))).toEqual([]);
});
