import { expect, test } from '@jest/globals';
import { UndecidedEdges } from '../../../shared/sync/undecided-edges.ts';
import { SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { group, told, user } from './small-tenant.ts';

// Of a dynamic group a list confirms what it lost (graph.md §1.2). Entra allows 15,000 of them: what runs remember of them fits a row.

/** Where the most are as many as in a row of a run, the test would take long. */
const [many, listsMax] = [65, 60];

/** So many dynamic groups of two users each. */
function dynamicGroups(): SimulatedSync {
  const sync = new SimulatedSync(1);
  const ports = sync.ports.bind(sync);
  sync.ports = () => ({ ...ports(), listsMax });
  for (const index of [1, 2]) {
    sync.tenant.setUser(user(index), 'live', { userPrincipalName: `u${index}@rookery.example` });
  }
  for (let index = 1; index <= many; index++) {
    sync.tenant.setGroup(group(index), 'live', { groupTypes: ['DynamicMembership'] });
    for (const member of [1, 2]) sync.tenant.setMember(group(index), user(member), 'user');
  }
  return sync;
}

test('more groups than are read by list are read anew, and who left them leaves: dynamic ones as many at a time', async () => {
  const sync = dynamicGroups();
  await sync.sync();
  sync.consumer.isStrict = false;
  for (let index = 1; index <= many; index++) sync.tenant.setMember(group(index), user(1), undefined);
  const rounds: unknown[] = [];
  for (let round = 0; round < 3; round++) {
    const { groups, rereads } = await sync.sync();
    const { rereads: next, enumerateGroups = false } = await sync.store.state(simulatedDirectory);
    const left = Object.values(told(sync)).filter(({ length }) => length === 2).length;
    rounds.push({ isAnew: groups.baseline, read: rereads.length, next: next.length, enumerateGroups, left });
  }
  expect(rounds).toEqual([
    { isAnew: false, read: 0, next: 60, enumerateGroups: true, left: many },
    { isAnew: true, read: 60, next: 5, enumerateGroups: false, left: 5 },
    { isAnew: false, read: 5, next: 0, enumerateGroups: false, left: 0 },
  ]);
});

test('of a Graph that says two things of all memberships a few thousand are remembered, however few groups they are in', () => {
  const open = new UndecidedEdges();
  for (let member = 0; member < 50; member++) {
    for (let index = 0; index < 50; index++) open.note(index, member);
    open.note(0, member);
  }
  const remembered = Array.from({ length: 50 }, (_, index) => open.of(index).length);
  expect(remembered.reduce((sum, count) => sum + count, 0)).toBe(2000);
  expect([open.has(39), open.has(40)]).toEqual([true, false]);
});
