import { expect, test } from '@jest/globals';
import { startDueRuns } from '../../../shared/admin/due-runs.ts';
import { adminStack, overMemory } from '../../support/admin/stack.ts';
import { FakeTenant } from '../../support/sync/fake-tenant.ts';

/** A confirmed directory that has been read once. */
async function synced() {
  const tenant = new FakeTenant(() => 0.5);
  const clientId = 'cccccccc-0000-4000-8000-000000000001';
  const graph = { reader: () => tenant.graph(), learnsTenant: true, clientId };
  const stack = adminStack(overMemory(), { graph });
  const { id } = (await stack.send('POST /api/v1/orgs', { body: { name: 'Contoso' } })).json;
  const directories = `/api/v1/orgs/${id}/directories`;
  const credential = { kind: 'federated', clientId };
  const body = { name: 'Nested', kind: 'nested', connection: { credential } };
  const one = `${directories}/${(await stack.send(`POST ${directories}`, { body })).json.id}`;
  await stack.send(`POST ${one}:acknowledge`);
  const { hash } = (await stack.send(`GET ${one}/preview`)).json as { hash?: string };
  await stack.send(`POST ${one}:confirm`, { body: { hash } });
  /** Status, and whether users and groups were read from the beginning. */
  const run = async (draft: object) => {
    const made = await stack.send(`POST ${one}/runs`, { body: draft });
    await stack.nested.work();
    return shown((await stack.send(`GET ${one}/runs/${made.json.id}`)).json);
  };
  const shown = ({ status, ...view }: Record<string, unknown>) => {
    const progress = view['progress'] as Record<'users' | 'groups', { baseline: boolean }> | undefined;
    return [status, progress?.users.baseline, progress?.groups.baseline];
  };
  expect(await run({})).toEqual(['done', true, true]);
  expect(await run({})).toEqual(['done', false, false]);
  return { stack, one, run, shown, organization: id, clientId };
}

test.each(['sync', 'dry-run'])('a %s may be ordered to read everything anew (XA-18)', async (mode) => {
  const { stack, run, organization } = await synced();
  expect(await run({ mode, full: true })).toEqual(['done', true, true]);
  expect(await run({})).toEqual(['done', false, false]);
  const { items } = (await stack.send(`GET /api/v1/orgs/${organization}/audit?limit=100`)).json;
  const reads = items
    .filter(({ act }) => act === 'run.started')
    .map(({ facts }) => (facts as Record<string, string>)['read']);
  expect(reads.filter((read) => read !== undefined)).toEqual(['everything']);
});

test('whoever signs in as another application begins anew, by the timer too, and another secret of the same goes on (graph.md §6)', async () => {
  const { stack, one, run, shown, clientId } = await synced();
  const patch = async (credential: object) => {
    const { headers } = await stack.send(`GET ${one}/connection`);
    const sent = { body: { credential }, headers: { 'if-match': String(headers['etag']) } };
    expect((await stack.send(`PATCH ${one}/connection`, sent)).status).toBe(200);
  };
  await patch({ kind: 'client-secret', clientId: clientId.toUpperCase(), secretSetting: 'GRAPH_OTHER' });
  expect(await run({})).toEqual(['done', false, false]);
  await patch({ kind: 'federated', clientId: 'cccccccc-0000-4000-8000-000000000002' });
  stack.clock.now += 24 * 3_600_000;
  expect(await startDueRuns({ ...stack.ports, nested: stack.nested })).toEqual({ started: 1, woken: 0 });
  await stack.nested.work();
  const [last] = (await stack.send(`GET ${one}/runs`)).json.items;
  expect(shown(last as never)).toEqual(['done', true, true]);
  expect(await run({})).toEqual(['done', false, false]);
});
