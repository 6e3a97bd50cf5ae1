import { expect, test } from '@jest/globals';
import type { GraphReader, Permissions } from '../../../shared/sync/graph-port.ts';
import { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, group, synced, told, user } from './small-tenant.ts';

const tenant = { users: 2, groups: { 1: [['user', 1]] } } as const;
const all: Permissions = {
  users: true,
  groups: true,
  domains: true,
  hiddenMembers: true,
  applications: true,
};
const forbidden = { kind: 'fault', fault: { kind: 'forbidden', detail: 'Graph says no.' } } as const;

/** Graph refuses what is named, and says so when it is asked what may be read. How often it was asked that comes back. */
function refusing(sync: SimulatedSync, lost: Partial<Permissions>) {
  const asked = { times: 0 };
  const reads: Partial<GraphReader> = {
    permissions: async () => {
      asked.times++;
      return { kind: 'read', value: { ...all, ...lost }, calls: 4, resourceUnits: 4 };
    },
    ...(lost.users === false ? { usersDelta: async () => forbidden } : {}),
    ...(lost.groups === false ? { groupsDelta: async () => forbidden } : {}),
  };
  return { asked, mend: graphAnswers(sync, () => reads) };
}

const nothing = { users: false, groups: false, domains: false, hiddenMembers: false, applications: false };

test.each([
  ['at the next check', 7_200_000, 1],
  ['while the last check is young', 0, 1],
])(
  'who could read and is refused users and groups %s has lost the consent, and nobody leaves (S2-19)',
  async (_, later, times) => {
    const sync = await synced(tenant);
    sync.tenant.setMember(group(1), user(2), 'user');
    const { asked, mend } = refusing(sync, nothing);
    sync.advance(later);
    expect(await sync.sync()).toMatchObject({ status: 'failed', failure: { code: 'consent_revoked' } });
    expect([told(sync), asked.times]).toEqual([{ 1: [1] }, times]);
    mend();
    expect(await sync.sync()).toMatchObject({ status: 'done' });
    expect(told(sync)).toEqual({ 1: [1, 2] });
  },
);

test('who could never read has not lost a consent but lacks permissions', async () => {
  const sync = new SimulatedSync(1);
  refusing(sync, nothing);
  expect(await sync.sync()).toMatchObject({
    status: 'failed',
    failure: { code: 'permission_missing', detail: 'User.Read.All and GroupMember.Read.All are required' },
  });
});

test.each([
  ['users', 'User.Read.All is required'],
  ['groups', 'GroupMember.Read.All is required'],
] as const)('who is refused %s alone lacks that permission', async (name, detail) => {
  const sync = await synced(tenant);
  refusing(sync, { [name]: false });
  sync.advance(7_200_000);
  expect(await sync.sync()).toMatchObject({
    status: 'failed',
    failure: { code: 'permission_missing', detail },
  });
  expect(told(sync)).toEqual({ 1: [1] });
});

test('who is refused a page, and may read all the same, is tried again', async () => {
  const sync = await synced(tenant);
  let refusals = 2;
  graphAnswers(sync, (graph) => ({
    groupsDelta: async (from) => (refusals-- > 0 ? forbidden : await graph.groupsDelta(from)),
  }));
  expect(await sync.sync()).toMatchObject({ status: 'done' });
});
