import { expect, test } from '@jest/globals';
import { startDueRuns } from '../../../shared/admin/due-runs.ts';
import type { Assignment, GraphReader } from '../../../shared/sync/graph-port.ts';
import { adminStack, overMemory } from '../../support/admin/stack.ts';
import { FakeTenant } from '../../support/sync/fake-tenant.ts';

const servicePrincipalId = '99999999-0000-4000-8000-000000000001';
const user = (number: number) => `00000000-0000-4000-8000-00000000000${number}`;
const group = (number: number) => `10000000-0000-4000-8000-00000000000${number}`;

/** A confirmed directory of two groups with a user each; `assigned` is what Graph lists of the application, undefined is 404. */
async function confirmed() {
  const tenant = new FakeTenant(() => 0.5);
  for (const number of [1, 2]) {
    tenant.setUser(user(number), 'live', { userPrincipalName: `user${number}@rookery.example` });
    tenant.setGroup(group(number), 'live', { displayName: `Group ${number}` });
    tenant.setMember(group(number), user(number), 'user');
  }
  let assigned: readonly Assignment[] | undefined;
  const reader = (): GraphReader => ({
    ...tenant.graph(),
    appRoleAssignedTo: async () =>
      assigned === undefined
        ? { kind: 'fault', fault: { kind: 'not-found', detail: 'no such application' } }
        : { kind: 'read', value: { items: assigned }, calls: 1, resourceUnits: 2 },
  });
  const stack = adminStack(overMemory(), { graph: { reader, learnsTenant: true, clientId: user(9) } });
  const { id } = (await stack.send('POST /api/v1/orgs', { body: { name: 'Contoso' } })).json;
  const directories = `/api/v1/orgs/${id}/directories`;
  const made = await stack.send(`POST ${directories}`, { body: { name: 'Nested', kind: 'nested' } });
  const one = `${directories}/${made.json.id}`;
  await stack.send(`POST ${one}:acknowledge`);
  const preview = await stack.send(`GET ${one}/preview`);
  await stack.send(`POST ${one}:confirm`, { body: { hash: preview.json['hash'] } });
  return {
    /** A quarter of an hour later the timer starts a run; what becomes of it. */
    timerRun: async () => {
      stack.clock.now += 15 * 60_000;
      const ports = { registry: stack.registry, nested: stack.nested, random: stack.random };
      expect(await startDueRuns(ports)).toEqual({ started: 1, woken: 0 });
      await stack.nested.work();
      const { json } = await stack.send(`GET ${one}`);
      const run = (await stack.send(`GET ${one}/runs?limit=1`)).json.items[0];
      return {
        status: run?.['status'],
        failure: run?.['failure'],
        counts: json['counts'],
        state: json.state,
      };
    },
    approve: async () => {
      const run = (await stack.send(`GET ${one}/runs?limit=1`)).json.items[0];
      const { hash: planHash } = (run?.['plan'] ?? { hash: '' }) as { hash: string };
      await stack.send(`POST ${one}/runs/${run?.id}:approve`, { body: { planHash } });
      await stack.nested.work();
    },
    view: async () => (await stack.send(`GET ${one}`)).json,
    hints: async () => (await stack.send(`GET ${one}`)).json['hints'],
    scope: async (scope: object) => {
      const { headers } = await stack.send(`GET ${one}/sync-settings`);
      await stack.send(`PATCH ${one}/sync-settings`, {
        body: { scope },
        headers: { 'if-match': headers['etag'] ?? '' },
      });
    },
    assign: (groups: readonly number[] | undefined) => {
      assigned = groups?.map((index) => ({ principalId: group(index), principalType: 'Group' }));
    },
  };
}

const application = { kind: 'application', servicePrincipalId };
const everything = { users: 2, groups: 2, memberships: 2, domains: 1 };

test('the timer run after a change of scope asks who is assigned, though the last check is young', async () => {
  const directory = await confirmed();
  expect(await directory.timerRun()).toMatchObject({ status: 'done', counts: everything });
  await directory.scope(application);
  directory.assign([2]);
  expect(await directory.timerRun()).toMatchObject({
    status: 'done',
    counts: { users: 1, groups: 1, memberships: 1, domains: 1 },
  });
});

test('an application that Graph does not know puts the directory in quarantine, removes nobody, and is named', async () => {
  const directory = await confirmed();
  await directory.timerRun();
  await directory.scope(application);
  const failed = {
    status: 'failed',
    failure: { code: 'scope_not_found', detail: expect.stringContaining(servicePrincipalId) },
    counts: everything,
    state: 'quarantined',
  };
  expect(await directory.timerRun()).toEqual(failed);
  expect(await directory.timerRun()).toEqual(failed);
  expect(await directory.hints()).toEqual([
    { code: 'last_run_failed', text: expect.stringContaining('scope_not_found') },
  ]);
  await directory.scope({ kind: 'all' });
  expect(await directory.timerRun()).toMatchObject({ status: 'done', counts: everything, state: 'enabled' });
});

test('an application that nobody is assigned to does not become the scope of a directory that has somebody', async () => {
  const directory = await confirmed();
  await directory.timerRun();
  await directory.scope(application);
  directory.assign([]);
  expect(await directory.timerRun()).toMatchObject({
    status: 'failed',
    failure: { code: 'scope_empty' },
    counts: everything,
    state: 'quarantined',
  });
});

test('the directory shows that the list of assignments came back empty, until somebody approves that all leave', async () => {
  const directory = await confirmed();
  await directory.scope(application);
  directory.assign([1, 2]);
  expect(await directory.timerRun()).toMatchObject({ status: 'done', counts: everything });
  expect(await directory.hints()).toEqual([]);
  directory.assign([]);
  for (let quarter = 0; quarter < 4; quarter++) {
    expect(await directory.timerRun()).toMatchObject({
      status: 'done',
      counts: everything,
      state: 'enabled',
    });
  }
  const kept = { code: 'scope_empty', text: expect.stringContaining('who was assigned before stays') };
  expect(await directory.hints()).toEqual([kept]);
  for (let quarter = 0; quarter < 3; quarter++) await directory.timerRun();
  expect(await directory.timerRun()).toMatchObject({ status: 'awaiting-approval', counts: everything });
  await directory.approve();
  expect(await directory.view()).toMatchObject({
    state: 'enabled',
    counts: { users: 0, groups: 0, memberships: 0, domains: 1 },
    hints: [{ code: 'scope_empty', text: 'Nobody is assigned to the application in scope.' }],
  });
  // It is of another scope.
  await directory.scope({ kind: 'all' });
  expect(await directory.hints()).toEqual([]);
});
