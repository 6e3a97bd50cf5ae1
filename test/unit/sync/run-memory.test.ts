import { expect, test } from '@jest/globals';
import { DirectoryId, type GroupId, RunId } from '../../../shared/model/ids.ts';
import { effectiveMembersOf } from '../../../shared/sync/effective-members.ts';
import { type AsOfRun, RunMemory } from '../../../shared/sync/run-memory.ts';
import type { SyncRun } from '../../../shared/sync/run-records.ts';
import type { SyncState } from '../../../shared/sync/sync-state.ts';
import { simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { group, synced, user } from './small-tenant.ts';

const runId = (number: number) => RunId.parse(`run_${String(number).padStart(32, '0')}`);
const directoryId = (number: number) => DirectoryId.parse(`dir_${String(number).padStart(32, '0')}`);

/** Directories whose states are set, and values that tell when they were read. */
class Directories {
  readonly states = new Map<DirectoryId, SyncState>();
  readonly phases = new Map<RunId, SyncRun['phase']>();
  readonly memory: RunMemory;
  reads = 0;
  /** Called while a value is being read. */
  meanwhile: () => void = () => undefined;

  constructor(bytesMax?: number) {
    this.memory = new RunMemory(bytesMax);
  }

  set(directory: number, completed: number | undefined, active?: number): void {
    this.states.set(directoryId(directory), {
      rereads: [],
      ...(completed === undefined ? {} : { lastCompletedRun: runId(completed) }),
      ...(active === undefined ? {} : { activeRun: runId(active) }),
    });
  }

  /** The number of the read whose value it is. */
  async ask(directory: number, bytes = 1, name = 'value'): Promise<number> {
    const run = await this.begin(directory);
    return await run.of(name, async () => {
      const value = ++this.reads;
      await Promise.resolve();
      this.meanwhile();
      return { value, bytes };
    });
  }

  async begin(directory: number): Promise<AsOfRun> {
    return await this.memory.asOf({
      directory: directoryId(directory),
      store: {
        state: async (id: DirectoryId) => this.states.get(id) ?? { rereads: [] },
        run: async (_: DirectoryId, run: RunId) => {
          const phase = this.phases.get(run);
          return phase === undefined ? undefined : ({ phase } as SyncRun);
        },
      },
    });
  }

  async asks(...directories: readonly number[]): Promise<readonly number[]> {
    const values: number[] = [];
    for (const directory of directories) values.push(await this.ask(directory));
    return values;
  }
}

test('what was read is remembered for one run, by name, and for one directory', async () => {
  const directories = new Directories();
  directories.set(1, 1);
  directories.set(2, 1);
  expect(await directories.asks(1, 2, 1, 2)).toEqual([1, 2, 1, 2]);
  expect([await directories.ask(1, 1, 'other'), await directories.ask(1)]).toEqual([3, 1]);
  directories.set(1, 2);
  expect(await directories.asks(1, 1, 2)).toEqual([4, 4, 2]);
  directories.set(1, 1);
  expect(await directories.asks(1)).toEqual([5]);
});

test('a directory that was never read is asked each time', async () => {
  const directories = new Directories();
  directories.set(1, undefined);
  expect(await directories.asks(1, 1)).toEqual([1, 2]);
});

test('nothing is kept that was read while a run applied its changes, and what was kept before stays true', async () => {
  const directories = new Directories();
  for (const phase of ['apply', 'cleanup', undefined] as const) {
    directories.reads = 0;
    directories.set(1, 1, 2);
    directories.phases.clear();
    if (phase !== undefined) directories.phases.set(runId(2), phase);
    expect(await directories.asks(1, 1)).toEqual([1, 2]);
  }
  directories.phases.set(runId(2), 'safeguard');
  expect(await directories.asks(1, 1)).toEqual([3, 3]);
  directories.phases.set(runId(2), 'apply');
  expect(await directories.asks(1)).toEqual([3]);
});

test.each<[string, (directories: Directories) => void]>([
  ['completed', (directories) => directories.set(1, 2)],
  [
    'began to apply its changes',
    (directories) => {
      directories.set(1, 1, 2);
      directories.phases.set(runId(2), 'apply');
    },
  ],
])('nothing is kept when a run %s in the middle of a read', async (_, happens) => {
  const directories = new Directories();
  directories.set(1, 1);
  directories.meanwhile = () => happens(directories);
  expect(await directories.asks(1)).toEqual([1]);
  directories.meanwhile = () => undefined;
  directories.set(1, 1);
  expect(await directories.asks(1, 1)).toEqual([2, 2]);
});

test('nothing is kept of a run that failed while it was being applied, as it was then', async () => {
  const directories = new Directories();
  directories.set(1, 1, 2);
  directories.phases.set(runId(2), 'apply');
  directories.meanwhile = () => directories.set(1, 1);
  expect(await directories.asks(1, 1, 1)).toEqual([1, 2, 2]);
});

test('the directory that was asked of longest ago makes room, and what is larger than all room is not kept', async () => {
  const directories = new Directories(3 * 201);
  for (let number = 1; number <= 4; number++) directories.set(number, 1);
  expect(await directories.asks(1, 2, 3, 1, 4)).toEqual([1, 2, 3, 1, 4]);
  expect(await directories.asks(1, 3, 4, 2, 1)).toEqual([1, 3, 4, 5, 6]);
  expect([await directories.ask(4, 404, 'large'), await directories.ask(4, 404, 'large')]).toEqual([7, 8]);
  expect(await directories.asks(4)).toEqual([4]);
  // Another run of the same directory takes the place of the one before.
  directories.set(4, 2);
  expect(await directories.asks(4, 2, 1)).toEqual([9, 5, 6]);
});

test('who asks at the same time waits for one read, and a read that fails is not remembered', async () => {
  const directories = new Directories();
  directories.set(1, 1);
  expect(await Promise.all([directories.ask(1), directories.ask(1), directories.ask(1)])).toEqual([1, 1, 1]);
  directories.set(1, 2);
  directories.meanwhile = () => {
    throw new Error('storage is away');
  };
  await expect(directories.ask(1)).rejects.toThrow('storage is away');
  directories.meanwhile = () => undefined;
  expect(await directories.asks(1)).toEqual([3]);
});

test('all of one question is as of one run, though another completes in the middle of it', async () => {
  const directories = new Directories();
  directories.set(1, 1);
  const run = await directories.begin(1);
  directories.set(1, 2);
  expect(await run.of('value', async () => ({ value: 'of the first run', bytes: 1 }))).toBe(
    'of the first run',
  );
  expect(await directories.asks(1, 1)).toEqual([1, 1]);
});

test('questions after a run answer from that run, though the one before is remembered', async () => {
  const sync = await synced({
    users: 2,
    groups: {
      1: [['group', 2]],
      2: [['user', 1]],
    },
  });
  const at = { store: sync.store, directory: simulatedDirectory, memory: new RunMemory() };
  const members = async () =>
    (await effectiveMembersOf(at, group(1) as GroupId, { limit: 9 }))?.items.map((item) => item.user.id);
  expect(await members()).toEqual([user(1)]);
  sync.tenant.setGroup(group(3), 'live');
  sync.tenant.setMember(group(3), user(2), 'user');
  sync.tenant.setMember(group(1), group(3), 'group');
  expect(await members()).toEqual([user(1)]);
  await sync.sync();
  expect(await members()).toEqual([user(1), user(2)]);
});
