import { beforeAll, expect, test } from '@jest/globals';
import { tableNestedStore } from '../../../shared/storage/table-nested-store.ts';
import { SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';
import { graphAnswers, group, told, user } from './small-tenant.ts';

const prefix = 'manyassigned';
const { table } = tableUnderTest(prefix);
beforeAll(() => makeTable(prefix));

test('a run for an application with 14,000 assigned principals is carried out on Table Storage, and so is the next', async () => {
  const sync = new SimulatedSync(1, tableNestedStore(table));
  for (const index of [1, 2]) {
    sync.tenant.setUser(user(index), 'live', { userPrincipalName: `u${index}@rookery.example` });
  }
  sync.tenant.setGroup(group(1), 'live', {});
  sync.tenant.setMember(group(1), user(1), 'user');
  const items = Array.from({ length: 14_000 }, (_, index) => ({
    principalId: index === 0 ? group(1) : user(index + 1),
    principalType: index === 0 ? ('Group' as const) : ('User' as const),
  }));
  graphAnswers(sync, () => ({
    appRoleAssignedTo: async () => ({ kind: 'read', calls: 1, resourceUnits: 1, value: { items } }),
  }));
  const servicePrincipalId = '99999999-0000-4000-8000-000000000001';
  const scope = { kind: 'application', servicePrincipalId, reading: 'effective' } as const;
  expect(await sync.sync({ scope })).toMatchObject({ status: 'done' });
  sync.tenant.setMember(group(1), user(2), 'user');
  expect(await sync.sync({ scope })).toMatchObject({ status: 'done' });
  expect(told(sync)).toEqual({ 1: [1, 2] });
  expect((await sync.store.state(simulatedDirectory)).checked?.assigned.users).toHaveLength(13_999);
});
