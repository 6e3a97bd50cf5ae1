import { expect, test } from '@jest/globals';
import { startDueRuns } from '../../../shared/admin/due-runs.ts';
import type { TenantDomain } from '../../../shared/sync/graph-port.ts';
import { adminStack, overMemory } from '../../support/admin/stack.ts';
import { FakeTenant, fakeDomains } from '../../support/sync/fake-tenant.ts';

// What a person may still decide of a run that waits for him, and what of one that does not wait any more (XE-19, reliability.md §5).

const user = (number: number) => `00000000-0000-4000-8000-0000000000${String(number).padStart(2, '0')}`;
const group = '10000000-0000-4000-8000-000000000001';
const other = '10000000-0000-4000-8000-000000000002';
const minute = 60_000;
const day = 24 * 60 * minute;

/** A directory of a group with five users, or so many, who have all left it, and the run of the timer that waits because of it. */
async function held(users = 5) {
  const tenant = new FakeTenant(() => 0.5);
  for (const id of [group, other]) tenant.setGroup(id, 'live', { displayName: id });
  for (let number = 1; number <= users; number++) {
    tenant.setUser(user(number), 'live', { userPrincipalName: `user${number}@rookery.example` });
    tenant.setMember(group, user(number), 'user');
  }
  let domains: readonly TenantDomain[] = fakeDomains;
  const reader = () => ({
    ...tenant.graph(),
    domains: async () => ({ kind: 'read', value: domains, calls: 1, resourceUnits: 1 }) as const,
  });
  const stack = adminStack(overMemory(), { graph: { reader, learnsTenant: true, clientId: user(9) } });
  const { id } = (await stack.send('POST /api/v1/orgs', { body: { name: 'Contoso' } })).json;
  const directories = `/api/v1/orgs/${id}/directories`;
  const made = await stack.send(`POST ${directories}`, { body: { name: 'Nested', kind: 'nested' } });
  const one = `${directories}/${made.json.id}`;
  const confirm = async () => {
    const { json } = await stack.send(`GET ${one}/preview`);
    await stack.send(`POST ${one}:confirm`, { body: { hash: json['hash'] } });
  };
  const settings = async (body: object) => {
    const { headers } = await stack.send(`GET ${one}/sync-settings`);
    await stack.send(`PATCH ${one}/sync-settings`, { body, headers: { 'if-match': headers['etag'] ?? '' } });
  };
  const timerRun = async () => {
    stack.clock.now += 15 * minute;
    await startDueRuns({ registry: stack.registry, nested: stack.nested, random: stack.random });
    await stack.nested.work();
    return (await stack.send(`GET ${one}/runs?limit=1`)).json.items[0];
  };
  await stack.send(`POST ${one}:acknowledge`);
  await confirm();
  expect((await timerRun())?.['status']).toBe('done');
  for (let number = 1; number <= users; number++) tenant.setMember(group, user(number), undefined);
  const run = await timerRun();
  const thresholds = expect.arrayContaining(['groups-emptied']);
  expect(run).toMatchObject({ status: 'awaiting-approval', plan: { thresholds } });
  const { hash: planHash } = (run?.['plan'] ?? { hash: '' }) as { hash: string };
  const members = async () => (await stack.send(`GET ${one}/groups/${group}/members`)).json.items.length;
  return {
    ...{ stack, tenant, one, confirm, settings, timerRun, members },
    expand: () => {
      domains = [
        ...fakeDomains,
        { name: 'new.example', isVerified: true, isDefault: false, isInitial: false },
      ];
    },
    /** What is answered, and what became of the run. */
    act: async (verb: 'approve' | 'reject' | 'cancel', key?: string) => {
      const sending = { ...(key === undefined ? {} : { key }), body: { planHash } };
      const answer = await stack.send(
        `POST ${one}/runs/${run?.id}:${verb}`,
        verb === 'cancel' ? {} : sending,
      );
      return [answer.status, answer.json.reason ?? answer.json['status']];
    },
    sent: async (verb: string) =>
      (await stack.send(`POST ${one}/runs/${run?.id}:${verb}`, { body: { planHash } })).json,
    /** What became of whom, and whether it was carried out. */
    log: async () => {
      const { items } = (await stack.send(`GET ${one}/runs/${run?.id}/log?limit=200`)).json;
      return items.flatMap(({ code, message, object, applied }) => {
        const { id: of = '' } = (object ?? {}) as { id?: string };
        return code === 'member-removed' ? [`${message} ${Number(of.slice(-2))} ${applied}`] : [];
      });
    },
    read: async () => (await stack.send(`GET ${one}/runs/${run?.id}`)).json,
  };
}

test('the log of a run is of the plan that it shows, and says whether that was carried out', async () => {
  const { act, tenant, stack, one, read, log } = await held(30);
  const leaves = (number: number) => `Leaves group ${group}: not a direct member any more ${number}`;
  const before = await log();
  expect(before.slice(0, 2)).toEqual([`${leaves(1)} false`, `${leaves(2)} false`]);
  expect(before).toHaveLength(30);
  expect((await read())['plan']).toMatchObject({ applied: false });
  // Somebody comes back before the run is approved.
  tenant.setMember(group, user(1), 'user');
  await act('approve');
  await stack.nested.work();
  expect((await read())['plan']).toMatchObject({ applied: true });
  const after = await log();
  expect(after).toHaveLength(29);
  expect(after[0]).toBe(`${leaves(2)} true`);
  const { id } = await read();
  const exported = await stack.send(`GET ${one}/runs/${id}/log:export?object=${user(1)}`);
  expect(exported.text).toBe('');
  const other = await stack.send(`GET ${one}/runs/${id}/log:export?object=${user(2)}`);
  expect(JSON.parse(other.text ?? '')).toMatchObject({
    applied: true,
    object: { kind: 'user', id: user(2) },
  });
});

test.each(['reject', 'cancel'] as const)('what a run would have done says so for ever: %s', async (verb) => {
  const { act, stack, read, log } = await held();
  await act(verb);
  await stack.nested.work();
  expect((await read())['plan']).toMatchObject({ applied: false });
  const entries = await log();
  expect(entries).toHaveLength(5);
  expect(entries.every((entry) => entry.endsWith(' false'))).toBe(true);
});

test('settings that were changed while a run waits: it is not approved, and the next one plans with them (S3-72)', async () => {
  const { act, sent, settings, stack, members, read, timerRun } = await held();
  await settings({ scope: { kind: 'groups', groups: [other], includeNestedGroups: true } });
  expect(await act('approve')).toEqual([409, 'settings_changed']);
  expect((await sent('approve'))['detail']).toBe(
    'What the plan goes by was changed since the run began (scope): it is not approved. Cancel it, and the next run plans with the settings of ' +
      'today; rejected, the same plan is also refused later.',
  );
  await stack.nested.work();
  expect([(await read())['status'], await members()]).toEqual(['awaiting-approval', 5]);
  expect(await act('cancel')).toEqual([202, 'awaiting-approval']);
  await stack.nested.work();
  expect((await read())['status']).toBe('cancelled');
  expect(await timerRun()).toMatchObject({ status: 'done', settingsVersion: 2 });
});

test('settings that no plan goes by may be changed while a run waits: it is approved as it was shown', async () => {
  const { act, settings, stack, members, read } = await held();
  const others = { intervalMinutes: 60, auditDays: 1, logFreeMemory: true, runLogDays: 7 };
  await settings({ ...others, baseline: 'lists', baselineWaitSeconds: 1 });
  expect(await act('approve')).toEqual([202, 'running']);
  await stack.nested.work();
  expect([(await read())['status'], await members()]).toEqual(['done', 0]);
});

test('settings that were changed and changed back are those of the plan', async () => {
  const { act, settings, stack, read } = await held();
  await settings({
    scope: { kind: 'groups', groups: [other], includeNestedGroups: true },
    domains: ['a.example'],
  });
  await settings({ scope: { kind: 'all' }, domains: null });
  expect(await act('approve')).toEqual([202, 'running']);
  await stack.nested.work();
  expect((await read())['status']).toBe('done');
});

test.each([
  [{ verifiedDomainsOnly: true }],
  [{ domains: ['a.example'] }],
  [{ guests: 'exclude' }],
  [{ treatForeignMembersAs: 'out-of-scope' }],
  [{ maxMembersPerGroup: 3 }],
  [{ maxUsers: 3 }],
  [{ maxGroups: 3 }],
  [{ maxMemberships: 3 }],
  [{ safeguard: { perGroup: { percent: 49 } } }],
  [{ safeguard: { enabled: false } }],
])('a run that waits is not approved under %j: its plan goes by it', async (body) => {
  const { act, sent, settings } = await held();
  await settings({ ...body, intervalMinutes: 60 });
  expect(await act('approve')).toEqual([409, 'settings_changed']);
  expect((await sent('approve'))['detail']).toContain(`(${Object.keys(body)[0]})`);
});

test('settings that were changed do not keep anybody from rejecting', async () => {
  const { act, settings, stack, members, read } = await held();
  await settings({ guests: 'exclude' });
  expect(await act('reject')).toEqual([202, 'rejected']);
  await stack.nested.work();
  expect([(await read())['status'], await members()]).toEqual(['rejected', 5]);
});

test('domains that were confirmed anew while a run waits: it is not approved (S2-11)', async () => {
  const { act, sent, confirm, expand, stack, members } = await held();
  expand();
  await confirm();
  expect(await act('approve')).toEqual([409, 'confirmation_changed']);
  expect((await sent('approve'))['detail']).toBe(
    'Tenant and domains were confirmed anew since the run began: it is not approved. Cancel it, and the next run plans with what is confirmed now.',
  );
  await stack.nested.work();
  expect(await members()).toBe(5);
});

test('a connection that signs in as another application while a run waits: it is not approved, and is with the first one', async () => {
  const { act, stack, one, members } = await held();
  const connect = async (credential: object) => {
    const { headers, json } = await stack.send(`GET ${one}/connection`);
    const sent = { body: { credential }, headers: { 'if-match': String(headers['etag']) } };
    expect((await stack.send(`PATCH ${one}/connection`, sent)).status).toBe(200);
    return json['credential'] as object;
  };
  const first = await connect({ kind: 'federated', clientId: user(8) });
  expect(await act('approve')).toEqual([409, 'connection_changed']);
  await connect(first);
  expect(await act('approve')).toEqual([202, 'running']);
  await stack.nested.work();
  expect(await members()).toBe(0);
});

test('approved twice, and by two people: it is done once, and the first of them stands as who did it', async () => {
  const { act, stack, read, members } = await held();
  const made = await stack.send('POST /api/v1/admin-keys', { body: { name: 'second', role: 'operator' } });
  const second = String(made.json['key']);
  expect(await act('approve')).toEqual([202, 'running']);
  expect(await act('approve')).toEqual([202, 'running']);
  expect(await act('approve', second)).toEqual([202, 'running']);
  const by = (await read())['approval'];
  await stack.nested.work();
  expect(await act('approve', second)).toEqual([202, 'done']);
  expect(await read()).toMatchObject({ status: 'done', approval: by });
  expect(await members()).toBe(0);
});

test.each(['approve', 'reject'] as const)(
  'what was decided stays: %s, and then the opposite',
  async (first) => {
    const { act, stack, read, members } = await held();
    const opposite = first === 'approve' ? 'reject' : 'approve';
    await act(first);
    expect(await act(opposite)).toEqual([409, 'not_awaiting_approval']);
    await stack.nested.work();
    expect(await act(opposite)).toEqual([409, 'not_awaiting_approval']);
    const ends = { approve: ['done', 0], reject: ['rejected', 5] }[first];
    expect([(await read())['status'], await members()]).toEqual(ends);
  },
);

test('a run that is cancelled while it waits is approved by nobody, neither before it has stopped nor after it', async () => {
  const { act, stack, read, members } = await held();
  await act('cancel');
  await act('approve');
  await stack.nested.work();
  expect([(await read())['status'], await members()]).toEqual(['cancelled', 5]);
  const cancelled = await held();
  await cancelled.act('cancel');
  await cancelled.stack.nested.work();
  expect(await cancelled.act('approve')).toEqual([409, 'not_awaiting_approval']);
});

test('an approval that nobody could carry out for a day is none any more: the run waits again', async () => {
  const late = await held();
  await late.act('approve');
  late.stack.clock.now += day + 1;
  await late.stack.nested.work();
  const run = await late.read();
  expect([run['status'], run['approval'], await late.members()]).toEqual(['awaiting-approval', undefined, 5]);
  const inTime = await held();
  // However long a run has waited: a day is what it has from the approval on.
  inTime.stack.clock.now += 3 * day;
  await inTime.act('approve');
  inTime.stack.clock.now += day;
  await inTime.stack.nested.work();
  expect([(await inTime.read())['status'], await inTime.members()]).toEqual(['done', 0]);
});
