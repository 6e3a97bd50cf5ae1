import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { csvLine } from '../../../shared/admin/external-users-csv.ts';
import { DirectoryId, RunId } from '../../../shared/model/ids.ts';
import { adminStack, overEmulator, overMemory } from '../../support/admin/stack.ts';
import { FakeTenant } from '../../support/sync/fake-tenant.ts';

const user = (number: number) => `00000000-0000-4000-8000-0000000000${String(number).padStart(2, '0')}`;
const group = (number: number) => `10000000-0000-4000-8000-0000000000${String(number).padStart(2, '0')}`;
const clientId = 'cccccccc-0000-4000-8000-000000000001';
const head = 'mail,id,active,groups\r\n';

/** A ⊃ B; two guests in B, one of them disabled; a member in A; a guest in no group. */
function tenantWithGuests(): FakeTenant {
  const tenant = new FakeTenant(() => 0.5);
  const guest = { userType: 'Guest' };
  tenant.setUser(user(1), 'live', { userPrincipalName: 'one@rookery.example', userType: 'Member' });
  tenant.setUser(user(2), 'live', { ...guest, mail: 'two@other.example', userPrincipalName: 'two#EXT#@x' });
  tenant.setUser(user(3), 'live', { ...guest, mail: '=cmd()@other.example', accountEnabled: false });
  tenant.setUser(user(4), 'live', {
    ...guest,
    userPrincipalName: 'four#EXT#@x',
    otherMails: ['4@o.example'],
  });
  tenant.setGroup(group(1), 'live', { displayName: 'A, "all"' });
  tenant.setGroup(group(2), 'live', { displayName: '+B' });
  tenant.setMember(group(1), group(2), 'group');
  tenant.setMember(group(2), user(2), 'user');
  tenant.setMember(group(2), user(3), 'user');
  tenant.setMember(group(1), user(1), 'user');
  return tenant;
}

async function bench(rows = overMemory(), settings: object = {}) {
  const tenant = tenantWithGuests();
  const graph = { reader: () => tenant.graph(), learnsTenant: true, clientId };
  const stack = adminStack(rows, { graph });
  const { send, nested, clock } = stack;
  const organization = `/api/v1/orgs/${(await send('POST /api/v1/orgs', { body: { name: 'C' } })).json.id}`;
  const created = await send(`POST ${organization}/directories`, {
    body: { name: 'N', kind: 'nested', acknowledgeLimitations: true, settings },
  });
  const one = `${organization}/directories/${created.json.id}`;
  const hash = (await send(`GET ${one}/preview`)).json['hash'];
  await send(`POST ${one}:confirm`, { body: { hash } });
  const run = async (mode: string) => {
    clock.now += 1000;
    const { id } = (await send(`POST ${one}/runs`, { body: { mode } })).json;
    await nested.work();
    return `${one}/runs/${id}`;
  };
  const csv = async (path: string) => await send(`GET ${path}/external-users:export`);
  return { ...stack, tenant, one, run, csv };
}

const line = (...cells: readonly string[]) => `${cells.join(',')}\r\n`;
const inBoth = `"'+B | A, ""all"""`;

describe.each([
  ['memory', async () => overMemory()],
  ['Table Storage', async () => await overEmulator(`ext${randomBytes(4).toString('hex')}`)],
])('over %s', (_, rows) => {
  test('a dry run lists guests as CSV: mail, id, active, groups at any depth, nothing a formula (XA-44)', async () => {
    const { run, csv, tenant } = await bench(await rows());
    const first = await csv(await run('dry-run'));
    expect([first.headers['content-type'], first.headers['content-disposition'], first.text]).toEqual([
      'text/csv; charset=utf-8; header=present',
      expect.stringMatching(/^attachment; filename="external-users-run_[0-9a-f]{32}\.csv"$/),
      head +
        line('two@other.example', user(2), 'true', `"${`'+B | A, "all"`.replaceAll('"', '""')}"`) +
        line(`"'=cmd()@other.example"`, user(3), 'false', inBoth) +
        line('4@o.example', user(4), 'true', ''),
    ]);
    await run('sync');
    // Of an established directory: who did not change is listed too, who leaves is not.
    tenant.setMember(group(2), user(2), undefined);
    tenant.setUser(user(4), 'soft-deleted', {});
    expect((await csv(await run('dry-run'))).text).toBe(
      head +
        line('two@other.example', user(2), 'true', '') +
        line(`"'=cmd()@other.example"`, user(3), 'false', inBoth),
    );
  });
});

test('with chosen groups only guests whom the scope reaches are listed (XA-44, XA-10)', async () => {
  const scope = { kind: 'groups', groups: [group(2)] };
  const { run, csv } = await bench(overMemory(), { scope });
  const shown = async () => (await csv(await run('dry-run'))).text?.match(/\d{12}/g)?.map(Number);
  expect(await shown()).toEqual([2, 3]);
  await run('sync');
  expect(await shown()).toEqual([2, 3]);
});

test('a run that is no completed dry run has no list, and the lists go with their runs (XA-44)', async () => {
  const { run, csv, send, nested, one, clock } = await bench();
  const synced = await csv(await run('sync'));
  expect([synced.status, synced.json.reason]).toEqual([409, 'no_review']);
  const dry = await run('dry-run');
  const { id } = (await send(`POST ${one}/runs`, { body: { mode: 'dry-run' } })).json;
  expect((await csv(`${one}/runs/${id}`)).json.reason).toBe('no_review');
  await nested.work();
  expect((await csv(dry)).status).toBe(200);
  const directory = DirectoryId.parse(one.split('/').at(-1));
  await nested.history.removeRuns(directory, clock.now + 1000);
  const kept = await nested.history.externalUsersOf(directory, RunId.parse(dry.split('/').at(-1)), {
    limit: 9,
  });
  expect(kept).toBe(undefined);
});

test.each([
  ['=1+1', `"'=1+1"`],
  ['@SUM(A1)', `"'@SUM(A1)"`],
  ['-2', `"'-2"`],
  [' =1', `"' =1"`],
  ['＝1', `"'＝1"`],
  ['\t=1', `"' =1"`],
  ['a"b', '"a""b"'],
  ['a\r\nb', 'a b'],
  ['plain', 'plain'],
])('%j in a cell is %s: no formula, no line of its own (XA-44)', (mail, cell) => {
  expect(csvLine({ mail, id: 'id', active: true, groups: [], moreGroups: 2 })).toBe(
    `${cell},id,true,and 2 more\r\n`,
  );
});
