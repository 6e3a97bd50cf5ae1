import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Rows } from '../../shared/storage/registry-rows.ts';
import type { TableName } from '../../shared/storage/tables.ts';
import { type Answered, overEmulator, overMemory, withDirectory } from '../support/admin/stack.ts';

describe.each([
  ['memory', async () => overMemory()],
  ['emulator', async () => await overEmulator('registry')],
] as const)('the registry over %s', (_, open) => {
  let rows: (table: TableName) => Rows;
  beforeAll(async () => {
    rows = await open();
  });

  test('of 12 directories created at once under one name one is there (T26)', async () => {
    const { send, directories } = await withDirectory(rows);
    const spellings = ['Straße', 'STRASSE', 'strasse', ' Strasse '];
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        send(`POST ${directories}`, { body: { name: spellings[index % 4], kind: 'scim' } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(11).fill(409)]);
    expect(answers.find(({ status }) => status === 409)?.json).toEqual({
      type: 'urn:rookery:problem:uniqueness',
      title: 'The name is taken',
      status: 409,
      instance: directories,
      code: 'uniqueness',
      reason: 'directory_name_taken',
      detail: 'Another directory of the organization has this name.',
      errors: [{ pointer: '/name', detail: 'is taken; letter case does not count' }],
      traceId: 'trace',
    });
    const { json } = await send(`GET ${directories}`);
    expect(json.items).toHaveLength(2);
  });

  test('12 directories of different names created at once are all there, each with its audit entry', async () => {
    const { send, directories, organization } = await withDirectory(rows);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        send(`POST ${directories}`, { body: { name: `Directory ${index}`, kind: 'scim' } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(201));
    expect((await send(`GET /api/v1/orgs/${organization}/audit:verify`)).json).toEqual({
      intact: true,
      entries: 14,
    });
  });

  test('pages of directories hold each once, in the order of creation', async () => {
    const { send, directories, clock, directory } = await withDirectory(rows);
    const ids = [directory];
    for (let index = 0; index < 6; index++) {
      clock.now += 1000;
      ids.push((await send(`POST ${directories}`, { body: { name: `N${index}`, kind: 'scim' } })).json.id);
    }
    const seen: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page: Answered = (await send(`GET ${directories}?limit=3${cursor && `&cursor=${cursor}`}`)).json;
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(ids);
  });

  test('a renamed directory keeps id, URL and key, frees its old name and holds its new one (S3-02)', async () => {
    const { send, scim, one, directories, directory, key, created } = await withDirectory(rows);
    const renamed = await send(`PATCH ${one}`, { body: { name: 'Staff' }, headers: { 'if-match': '"1"' } });
    expect(renamed.status).toBe(200);
    const { key: _, ...shownScim } = created.scim;
    expect(renamed.json).toEqual({ ...created, name: 'Staff', scim: shownScim });
    expect((await scim(directory, `Bearer ${key}`)).directoryId).toBe(directory);
    const again = (name: string) => send(`POST ${directories}`, { body: { name, kind: 'scim' } });
    expect([(await again('STAFF')).status, (await again('workforce')).status]).toEqual([409, 201]);
  });

  test('of two changes from one version one is refused with 412, and none without If-Match is made', async () => {
    const { send, one } = await withDirectory(rows);
    const patch = (name: string, headers = {}) => send(`PATCH ${one}`, { body: { name }, headers });
    const both = await Promise.all([patch('A', { 'if-match': '"1"' }), patch('B', { 'if-match': '"1"' })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await patch('C')).status).toBe(428);
    expect((await send(`GET ${one}`)).headers['etag']).toBe('"2"');
  });

  test('a deleted directory is gone for its key and its admins, and its name is free (S1-15)', async () => {
    const { send, scim, one, directories, directory, key, organization, registry } =
      await withDirectory(rows);
    expect((await send(`DELETE ${one}?confirm=workforce`)).status).toBe(422);
    expect((await send(`DELETE ${one}?confirm=Workforce`)).status).toBe(204);
    const never = `dir_${'0'.repeat(32)}`;
    const refusals = await Promise.all(
      [directory, never].map((id) => scim(id, `Bearer ${key}`).catch((refusal: unknown) => refusal)),
    );
    expect(refusals[0]).toEqual(refusals[1]);
    expect(refusals[0]).toMatchObject({ code: 'unauthenticated' });
    expect((await send(`GET ${one}`)).status).toBe(404);
    expect((await send(`POST ${directories}`, { body: { name: 'Workforce', kind: 'scim' } })).status).toBe(
      201,
    );
    expect((await send(`GET /api/v1/orgs/${organization}/audit:verify`)).json).toEqual({
      intact: true,
      entries: 4,
    });
    const gone = await registry.deletedDirectories(organization as never);
    expect(gone.map(({ id }) => id)).toEqual([directory]);
    for (const record of gone) await registry.forgetDirectory(record);
    expect(await registry.deletedDirectories(organization as never)).toEqual([]);
    expect(await registry.directoryAccess(directory as never)).toBeUndefined();
  });

  test('nesting is marked beside what admins write, and neither undoes the other', async () => {
    const { send, scim, registry, one, directory, key } = await withDirectory(rows);
    expect((await scim(directory, `Bearer ${key}`)).settings.nesting).toBe(false);
    await registry.markNesting(directory as never);
    await send(`PATCH ${one}`, { body: { settings: { usersMax: 5 } }, headers: { 'if-match': '"1"' } });
    expect((await scim(directory, `Bearer ${key}`)).settings).toMatchObject({ nesting: true, usersMax: 5 });
  });

  test('an organization with a directory is not deleted; one without is', async () => {
    const { send, organization } = await withDirectory(rows);
    const kept = await send(`DELETE /api/v1/orgs/${organization}`);
    expect([kept.status, kept.json.reason]).toEqual([409, 'organization_not_empty']);
    const empty = (await send('POST /api/v1/orgs', { body: { name: 'Empty' } })).json.id;
    expect((await send(`DELETE /api/v1/orgs/${empty}`)).status).toBe(204);
    expect((await send(`GET /api/v1/orgs/${empty}`)).status).toBe(404);
    const body = { name: 'Late', kind: 'scim' };
    expect((await send(`POST /api/v1/orgs/${empty}/directories`, { body })).status).toBe(404);
  });
});
