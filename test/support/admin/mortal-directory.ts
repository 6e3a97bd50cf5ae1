import { startDueRuns } from '../../../shared/admin/due-runs.ts';
import { DirectoryId, RunId } from '../../../shared/model/ids.ts';
import { FakeTenant } from '../sync/fake-tenant.ts';
import { type Death, Died, Mortal, mortalRows } from './mortal.ts';
import { adminStack, overMemory } from './stack.ts';
import { stickRun } from './stuck-run.ts';

export const user = (number: number) => `00000000-0000-4000-8000-00000000000${number}`;
const group = '10000000-0000-4000-8000-000000000001';
const clientId = 'cccccccc-0000-4000-8000-000000000001';

/** A nested directory of two users in one group, synced once, whose processes may die; any removal waits for a person. */
export async function mortalDirectory() {
  const tenant = new FakeTenant(() => 0.5);
  tenant.setGroup(group, 'live', { displayName: 'Group' });
  for (const number of [1, 2]) {
    tenant.setUser(user(number), 'live', { userPrincipalName: `user${number}@rookery.example` });
    tenant.setMember(group, user(number), 'user');
  }
  const mortal = new Mortal();
  const tables = overMemory();
  const stack = adminStack((table) => mortalRows(tables(table), mortal), {
    graph: { reader: () => tenant.graph(), learnsTenant: true, clientId, mortal },
  });
  const organization = `/api/v1/orgs/${(await stack.send('POST /api/v1/orgs', { body: { name: 'C' } })).json.id}`;
  const none = { floor: 0, percent: 0, absolute: 0 };
  const settings = { safeguard: { memberships: none, users: none } };
  const created = await stack.send(`POST ${organization}/directories`, {
    body: { name: 'N', kind: 'nested', acknowledgeLimitations: true, settings },
  });
  const one = `${organization}/directories/${created.json.id}`;
  const { hash } = (await stack.send(`GET ${one}/preview`)).json;
  await stack.send(`POST ${one}:confirm`, { body: { hash } });

  const due = async () =>
    await startDueRuns({ registry: stack.registry, nested: stack.nested, random: stack.random });
  const start = async () => (await stack.send(`POST ${one}/runs`, { body: {} })).json.id;
  await start();
  await stack.nested.work();
  const begunRemoval = async () => {
    tenant.setMember(group, user(1), undefined);
    stack.clock.now += 60_000;
    return await start();
  };

  const id = DirectoryId.parse(created.json.id);
  let mayStandStill = false;
  let actsBefore = 0;
  const acts = async () =>
    (await stack.send(`GET ${organization}/audit?limit=200`)).json.items.map(({ act }) => String(act));

  return {
    ...{ ...stack, tenant, mortal, organization, one, due, start, began: stack.clock.now },
    id,
    seen: async (run: string) => (await stack.send(`GET ${one}/runs/${run}`)).json,
    listed: async (run: string) =>
      (await stack.send(`GET ${one}/runs`)).json.items.find(({ id }) => id === run)?.['status'],
    directory: async () => (await stack.send(`GET ${one}`)).json,
    begunRemoval,
    /** A run that waits for a person. */
    held: async () => {
      const run = await begunRemoval();
      await stack.nested.work();
      return run;
    },
    /** A run that cannot go on with what it applies. */
    stuck: async () => {
      mayStandStill = true;
      const run = RunId.parse(await begunRemoval());
      await stickRun(stack, id, run);
      return run;
    },
    /** A run that Graph asked to come back in a day. */
    throttled: async () => {
      mayStandStill = true;
      const { graph } = tenant;
      const fault = { kind: 'throttled', detail: 'later', retryAfterSeconds: 86_400 } as const;
      tenant.graph = () => ({ ...graph.call(tenant), usersDelta: async () => ({ kind: 'fault', fault }) });
      const run = await begunRemoval();
      await stack.nested.work();
      return run;
    },
    mayStandStill: () => mayStandStill,
    /** Acts that the audit knows since `beginAudit`. */
    audited: async () => (await acts()).slice(actsBefore),
    beginAudit: async () => {
      actsBefore = (await acts()).length;
    },
    minutes: async (count: number) => {
      for (let minute = 0; minute < count; minute++) {
        stack.clock.now += 60_000;
        await due();
        await stack.nested.work();
      }
    },
    /** Does `act` in a process that dies; whether it came to that. */
    dying: async (death: Death, act: () => Promise<unknown>) => {
      mortal.dies(death);
      await act().catch((error: unknown) => {
        if (!(error instanceof Died)) throw error;
      });
      return mortal.lives();
    },
  };
}

export type MortalDirectory = Awaited<ReturnType<typeof mortalDirectory>>;
