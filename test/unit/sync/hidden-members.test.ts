import { expect, test } from '@jest/globals';
import type { Permissions } from '../../../shared/sync/graph-port.ts';
import { allPermissions } from '../../support/sync/fake-tenant.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { forgetTokens, graphAnswers, group, synced, told, user } from './small-tenant.ts';

/** A group with hidden membership that holds users 1 and 2; its lists are empty while they may not be read, without an error. */
async function hidden(): Promise<SimulatedSync & { may: boolean }> {
  const sync = await synced({
    users: 3,
    groups: {
      1: [
        ['user', 1],
        ['user', 2],
      ],
    },
  });
  sync.tenant.setGroup(group(1), 'live', { visibility: 'HiddenMembership' });
  await sync.sync();
  const seen = Object.assign(sync, { may: true });
  graphAnswers(sync, (real) => {
    const { may } = seen;
    return {
      permissions: async () => {
        const answer = await real.permissions();
        return answer.kind === 'read'
          ? { ...answer, value: { ...answer.value, hiddenMembers: may } }
          : answer;
      },
      groupMembers: async (id, link) =>
        may
          ? await real.groupMembers(id, link)
          : { kind: 'read', value: { items: [] }, calls: 1, resourceUnits: 1 },
    };
  });
  return seen;
}

const hours = 2 * 60 * 60 * 1000;

test('lists of a hidden group that come back empty again and again remove nobody (rule 5)', async () => {
  const sync = await hidden();
  sync.may = false;
  sync.tenant.setGroup(group(1), 'soft-deleted');
  sync.advance(hours);
  await sync.sync();
  sync.tenant.setGroup(group(1), 'live');
  for (let run = 0; run < 4; run++) {
    await sync.sync();
    expect(told(sync)).toEqual({ 1: [1, 2] });
  }
});

test('a removal that is told of a hidden group is no evidence without the permission (rule 5)', async () => {
  const sync = await hidden();
  sync.may = false;
  sync.advance(hours);
  sync.tenant.setMember(group(1), user(1), undefined);
  sync.tenant.setMember(group(1), user(3), 'user');
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1, 2, 3] });
});

test('a removal from a hidden group counts when its list shows members, be the permission known or not (rule 5)', async () => {
  const sync = await hidden();
  // Graph shows the members, and the token does not tell that it may.
  const unknown: Permissions = { ...allPermissions, hiddenMembers: false, hiddenUnknown: true };
  graphAnswers(sync, () => ({
    permissions: async () => ({ kind: 'read', value: unknown, calls: 4, resourceUnits: 4 }),
  }));
  sync.advance(hours);
  sync.tenant.setMember(group(1), user(1), undefined);
  sync.tenant.setMember(group(1), user(3), 'user');
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [2, 3] });
  // All groups are read anew, and the enumeration shows who is in it.
  await forgetTokens(sync);
  sync.tenant.setMember(group(1), user(3), undefined);
  sync.advance(hours);
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [2] });
});

test('a removal from a hidden group whose list shows nobody is none, and is not asked for for ever (rule 5)', async () => {
  const sync = await hidden();
  const unknown: Permissions = { ...allPermissions, hiddenMembers: false, hiddenUnknown: true };
  sync.may = false;
  graphAnswers(sync, () => ({
    permissions: async () => ({ kind: 'read', value: unknown, calls: 4, resourceUnits: 4 }),
  }));
  sync.advance(hours);
  sync.tenant.setMember(group(1), user(1), undefined);
  for (let run = 0; run < 3; run++) {
    await sync.sync();
    expect(told(sync)).toEqual({ 1: [1, 2] });
  }
  expect((await sync.sync()).rereads).toEqual([]);
});

test('when hidden members may be read again, hidden groups are read anew; an empty list is asked twice', async () => {
  const sync = await hidden();
  sync.may = false;
  sync.advance(hours);
  sync.tenant.setMember(group(1), user(1), undefined);
  await sync.sync();
  sync.may = true;
  sync.advance(hours);
  const run = await sync.sync();
  expect(run.rereads).toEqual([{ group: group(1), reason: 'shown', rounds: 0 }]);
  expect(told(sync)).toEqual({ 1: [2] });
  expect((await sync.sync()).rereads).toEqual([]);
  expect((await sync.store.state(simulatedDirectory)).checked?.hiddenMembers).toBe(true);
});

test('a removal from a hidden group waits for a run that has found the permission itself', async () => {
  const sync = await hidden();
  sync.advance(hours);
  await sync.sync();
  sync.advance(60_000);
  sync.may = false;
  sync.tenant.setMember(group(1), user(1), undefined);
  // The last check is a minute old and says that members may be read.
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1, 2] });
  sync.may = true;
  sync.advance(hours);
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [2] });
});

test('what a run read without the permission is no evidence when it is approved with it (rule 5)', async () => {
  const sync = await synced({
    users: 3,
    groups: {
      1: [
        ['user', 1],
        ['user', 2],
      ],
      2: [['user', 3]],
    },
  });
  sync.tenant.setGroup(group(1), 'live', { visibility: 'HiddenMembership' });
  await sync.sync();
  const none = { floor: 0, percent: 0, absolute: 0 };
  const settings = { safeguard: { enabled: true, groups: none } } as never;
  // Everything is read anew, and of the hidden group it is shown that nobody is in it.
  await forgetTokens(sync);
  sync.tenant.permissions = { ...allPermissions, hiddenMembers: false };
  sync.tenant.setMember(group(1), user(1), undefined);
  sync.tenant.setGroup(group(2), 'soft-deleted');
  sync.advance(hours);
  expect(await sync.sync(settings)).toMatchObject({ status: 'awaiting-approval' });
  sync.tenant.permissions = allPermissions;
  sync.advance(hours);
  expect(await sync.decide(true)).toMatchObject({ status: 'done' });
  expect(told(sync)).toEqual({ 1: [1, 2] });
  // The next run that finds the permission reads the group anew.
  sync.advance(hours);
  await sync.sync(settings);
  expect(told(sync)).toEqual({ 1: [2] });
});
