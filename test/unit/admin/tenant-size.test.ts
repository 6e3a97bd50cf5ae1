import { expect, test } from '@jest/globals';
import type { GraphAnswer, GraphReader } from '../../../shared/sync/graph-port.ts';
import { adminStack, overMemory } from '../../support/admin/stack.ts';
import { FakeTenant } from '../../support/sync/fake-tenant.ts';

// Before anything is read a person sees how large the tenant is, and while everything is read how much is left (S2-17, issue of runs: progress with totals).

type Numbers = readonly (number | undefined)[];
const read = (value: Numbers): GraphAnswer<Numbers> => ({ kind: 'read', value, calls: 1, resourceUnits: 4 });
const fault: GraphAnswer<Numbers> = {
  kind: 'fault',
  fault: { kind: 'transient', detail: 'the index is away' },
};

/** A confirmed directory over a Graph that counts like this, after its first run and one more. */
async function shown(counts: GraphReader['counts']) {
  const tenant = new FakeTenant(() => 0.5);
  for (const index of [1, 2, 3])
    tenant.setUser(`00000000-0000-4000-8000-00000000000${index}`, 'live', {
      userPrincipalName: `u${index}@rookery.example`,
    });
  tenant.setGroup('00000000-0000-4000-9000-000000000001', 'live', { displayName: 'Everybody' });
  const asked: unknown[] = [];
  const reader = (): GraphReader => {
    const { counts: _, ...graph } = tenant.graph();
    if (counts === undefined) return graph;
    return {
      ...graph,
      counts: async (questions) => {
        asked.push(questions);
        return await counts(questions);
      },
    };
  };
  const stack = adminStack(overMemory(), { graph: { reader, learnsTenant: true } });
  const organization = (await stack.send('POST /api/v1/orgs', { body: { name: 'Contoso' } })).json.id;
  const directories = `/api/v1/orgs/${organization}/directories`;
  const body = {
    ...{ name: 'Nested', kind: 'nested', acknowledgeLimitations: true },
    ...{ connection: { credential: { kind: 'managed-identity' } }, settings: { auditDays: 0 } },
  };
  const one = `${directories}/${(await stack.send(`POST ${directories}`, { body })).json.id}`;
  const preview = (await stack.send(`GET ${one}/preview`)).json;
  await stack.send(`POST ${one}:confirm`, { body: { hash: preview['hash'] } });
  const progress = async () => {
    const { id } = (await stack.send(`POST ${one}/runs`, { body: {} })).json;
    await stack.nested.work();
    const { json } = await stack.send(`GET ${one}/runs/${id}`);
    return Object.fromEntries(
      Object.entries(Object(json['progress'])).filter(([name]) => name === 'users' || name === 'groups'),
    );
  };
  const before = asked.length;
  const seen = { size: preview['size'], first: await progress(), second: await progress() };
  return { ...seen, asked: [before, asked.length] };
}

const whole = { pages: 1, baseline: true, complete: true };
const round = { pages: 0, items: 0, baseline: false, complete: true };

test('the preview shows how many users and groups there are, and so does a run that reads everything', async () => {
  expect(await shown(async () => read([3, 7]))).toEqual({
    size: { users: 3, groups: 7 },
    first: { users: { ...whole, items: 3, total: 3 }, groups: { ...whole, items: 1, total: 7 } },
    second: { users: round, groups: round },
    // The preview and the confirmation; runs ask nothing for it.
    asked: [2, 2],
  });
});

test.each<[string, GraphReader['counts'], object]>([
  ['counts nothing', undefined, {}],
  ['is away when it should count', async () => fault, {}],
  ['counts users alone', async () => read([3, undefined]), { users: 3 }],
])('a Graph that %s keeps nobody from confirming and running', async (_, counts, size) => {
  const seen = await shown(counts);
  expect(seen.size).toEqual(size);
  expect(seen.first).toMatchObject({ users: { ...whole, items: 3 }, groups: { ...whole, items: 1 } });
});
