import { expect, test } from '@jest/globals';
import { RunId } from '../../../shared/model/ids.ts';
import { idAfter } from '../../../shared/sync/id-after.ts';
import { startRun } from '../../../shared/sync/run-orders.ts';
import { simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { group, synced, told, user } from './small-tenant.ts';

const minutes = 60_000;
const idAt = (at: number, rest = 'a'.repeat(20)) =>
  RunId.parse(`run_${at.toString(16).padStart(12, '0')}${rest}`);

test('what a run tells comes after what the last one told, though its instance is minutes behind (F7)', async () => {
  const sync = await synced({ users: 1, groups: { 1: [['user', 1]] } });
  const { settings, settingsVersion, pinnedTenantId, confirmedHash } = await sync.lastRun();
  const noted: RunId[] = [];
  const begun = async (id: RunId) => {
    const ports = { ...sync.ports(), note: async (run: RunId) => void noted.push(run) };
    const terms = { settings, settingsVersion, pinnedTenantId, confirmedHash };
    const startedAt = new Date(sync.now()).toISOString();
    const of = { id, directory: simulatedDirectory, mode: 'sync', trigger: 'manual', startedAt } as const;
    const run = await startRun(ports, { ...of, ...terms });
    await sync.untilRest();
    return run.id;
  };
  sync.tenant.setMember(group(1), user(1), undefined);
  const ahead = await begun(idAt(sync.now() + 10 * minutes));
  sync.tenant.setMember(group(1), user(1), 'user');
  const behind = await begun(idAt(sync.now()));
  expect(behind > ahead).toBe(true);
  expect(noted).toEqual([ahead, behind]);
  const { outbox } = sync.store;
  const keys = (await outbox(simulatedDirectory, { limit: 100 })).map(({ key }) => key.split('/')[0]);
  expect(keys.filter((key) => key === ahead || key === behind)).toEqual([ahead, behind]);
  expect(told(sync)).toEqual({ 1: [1] });
});

test('a run begins a moment after the last one at least, but not after a clock that was hours ahead', () => {
  const [id, at] = [idAt(5_000_000), 5_000_000];
  expect(idAfter(undefined, id)).toBe(id);
  expect(idAfter(idAt(at - 1), id)).toBe(id);
  expect(idAfter(idAt(at, 'b'.repeat(20)), id)).toBe(idAt(at + 1));
  expect(idAfter(idAt(at + 10 * minutes), id)).toBe(idAt(at + 10 * minutes + 1));
  expect(idAfter(idAt(at + 61 * minutes), id)).toBe(id);
});
