import { InvocationContext } from '@azure/functions';
import { expect, test } from '@jest/globals';
import { watchRuns } from '../../../functions/run-watch.ts';
import { startDueRuns } from '../../../shared/admin/due-runs.ts';
import type { GraphFaultKind, GraphReader } from '../../../shared/sync/graph-port.ts';
import { adminStack, overMemory } from '../../support/admin/stack.ts';
import { FakeTenant } from '../../support/sync/fake-tenant.ts';

const clientId = 'cccccccc-0000-4000-8000-000000000001';

/** A confirmed directory whose users answer `fault`, from when it is set. */
async function broken() {
  const tenant = new FakeTenant(() => 0.5);
  let fault: GraphFaultKind | undefined;
  const reader = (): GraphReader => {
    const graph = tenant.graph();
    return {
      ...graph,
      usersDelta: async (from) =>
        fault === undefined
          ? await graph.usersDelta(from)
          : { kind: 'fault', fault: { kind: fault, detail: 'Graph says no.' } },
    };
  };
  const stack = adminStack(overMemory(), { graph: { reader, learnsTenant: true, clientId } });
  const { id } = (await stack.send('POST /api/v1/orgs', { body: { name: 'Contoso' } })).json;
  const directories = `/api/v1/orgs/${id}/directories`;
  const made = await stack.send(`POST ${directories}`, { body: { name: 'Nested', kind: 'nested' } });
  const one = `${directories}/${made.json.id}`;
  await stack.send(`POST ${one}:acknowledge`);
  const preview = await stack.send(`GET ${one}/preview`);
  await stack.send(`POST ${one}:confirm`, { body: { hash: preview.json['hash'] } });
  const run = async () => {
    await stack.send(`POST ${one}/runs`, { body: {} });
    await stack.nested.work();
    return (await stack.send(`GET ${one}`)).json['state'];
  };
  const breakWith = (kind: GraphFaultKind | undefined) => {
    fault = kind;
  };
  return { stack, run, breakWith };
}

test('a run that fails for want of consent puts the directory in quarantine at once, and somebody is told every minute (XA-12, S2-19)', async () => {
  const { stack, run, breakWith } = await broken();
  const lines: unknown[] = [];
  const context = new InvocationContext({ logHandler: (_, line) => lines.push(JSON.parse(String(line))) });
  const watch = () => watchRuns({ ...stack.ports, nested: stack.nested, now: stack.random.now }, context);
  expect(await run()).toBe('enabled');
  await watch();
  expect(lines).toEqual([]);
  breakWith('unauthorized');
  expect(await run()).toBe('quarantined');
  await watch();
  await watch();
  const told = expect.objectContaining({ event: 'sync-late', failure: 'consent_revoked' });
  expect(lines).toEqual([told, told]);
  breakWith(undefined);
  expect(await run()).toBe('enabled');
});

test('a run that fails in passing is tried again and is no quarantine', async () => {
  const { run, breakWith } = await broken();
  breakWith('resync-required');
  expect(await run()).toBe('enabled');
});

test('a run that waits for a Graph that is not there is no quarantine; when it is late, operators are told what it waits for (F3)', async () => {
  const { stack, run, breakWith } = await broken();
  const lines: unknown[] = [];
  const context = new InvocationContext({ logHandler: (_, line) => lines.push(JSON.parse(String(line))) });
  const watch = () => watchRuns({ ...stack.ports, nested: stack.nested, now: stack.random.now }, context);
  expect(await run()).toBe('enabled');
  breakWith('transient');
  stack.clock.now += 15 * 60_000;
  await startDueRuns({ registry: stack.registry, nested: stack.nested, random: stack.random });
  await stack.nested.work();
  await watch();
  expect(lines).toEqual([]);
  for (let minute = 0; minute < 70; minute++) {
    stack.clock.now += 60_000;
    await stack.nested.work();
  }
  await watch();
  expect(lines).toEqual([expect.objectContaining({ event: 'sync-late', waitsFor: 'graph_unavailable' })]);
  breakWith(undefined);
  stack.clock.now += 600_000;
  await stack.nested.work();
  await watch();
  expect(lines).toHaveLength(1);
});
