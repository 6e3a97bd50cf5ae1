import { expect, test } from '@jest/globals';
import { memoryDirectoryStore } from '../../../shared/storage/memory-directory-store.ts';
import type { DirectoryInProcess } from '../../conformance/scim-http/service-in-process.ts';
import { serviceInProcess } from '../../conformance/scim-http/service-in-process.ts';
import { realRandomness } from '../../support/directory-objects.ts';
import { bodyOf, idOf, idsOf, type Operation, patchBody, statuses } from './answers.ts';

const store = memoryDirectoryStore(realRandomness);
const service = serviceInProcess(store);

const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const createUser = (directory: DirectoryInProcess, userName: string) =>
  directory.send({ method: 'POST', path: '/Users', body: { userName } });
const rename = (directory: DirectoryInProcess, id: string, userName: string) =>
  directory.send({
    method: 'PATCH',
    path: `/Users/${id}`,
    body: patchBody({ op: 'replace', path: 'userName', value: userName }),
  });

test('of 200 parallel creates of one name, one is 201 and the rest 409 (T26)', async () => {
  const directory = await service.open();
  const answers = await Promise.all(times(200, () => createUser(directory, 'ada')));
  expect(statuses(answers)).toEqual({ 201: 1, 409: 199 });
  expect(await bodyOf(directory, '/Users?count=0')).toMatchObject({ totalResults: 1 });
});

test('200 parallel adds of one member each are all there, and none fails (T26, XE-07)', async () => {
  const directory = await service.open();
  const users = await Promise.all(
    times(200, async (index) => idOf(await createUser(directory, `u${index}`))),
  );
  const group = idOf(await directory.send({ method: 'POST', path: '/Groups', body: { displayName: 'G' } }));
  const answers = await Promise.all(
    users.map((value) =>
      directory.send({
        method: 'PATCH',
        path: `/Groups/${group}`,
        body: patchBody({ op: 'Add', path: 'members', value: [{ value }] }),
      }),
    ),
  );
  expect(statuses(answers)).toEqual({ 204: 200 });
  const { members } = (await bodyOf(directory, `/Groups/${group}`)) as { members: { value: string }[] };
  expect(members.map(({ value }) => value).sort()).toEqual(users.sort());
});

test('100 parallel adds and 50 removes leave the exact set (scim-peers §7.5)', async () => {
  const directory = await service.open();
  const users = await Promise.all(
    times(150, async (index) => idOf(await createUser(directory, `u${index}`))),
  );
  const [old, fresh] = [users.slice(0, 50), users.slice(50)];
  const members = old.map((value) => ({ value }));
  const group = idOf(
    await directory.send({ method: 'POST', path: '/Groups', body: { displayName: 'G', members } }),
  );
  const answers = await Promise.all([
    ...fresh.map((value) =>
      patchMembers(directory, group, { op: 'add', path: 'members', value: [{ value }] }),
    ),
    ...old.map((value) =>
      patchMembers(directory, group, { op: 'remove', path: `members[value eq "${value}"]` }),
    ),
  ]);
  expect(statuses(answers)).toEqual({ 204: 150 });
  const after = (await bodyOf(directory, `/Groups/${group}`)) as { members: { value: string }[] };
  expect(after.members.map(({ value }) => value).sort()).toEqual(fresh.sort());
});

const patchMembers = (directory: DirectoryInProcess, group: string, operation: Operation) =>
  directory.send({ method: 'PATCH', path: `/Groups/${group}`, body: patchBody(operation) });

test('of 50 parallel renames to one name, one wins; the others keep theirs, and the old name is free (T26)', async () => {
  const directory = await service.open();
  const users = await Promise.all(times(50, async (index) => idOf(await createUser(directory, `u${index}`))));
  const answers = await Promise.all(users.map((id) => rename(directory, id, 'winner')));
  expect(statuses(answers)).toEqual({ 200: 1, 409: 49 });
  const winner = answers.findIndex(({ status }) => status === 200);
  const found = await Promise.all(
    times(50, (index) => idsOf(directory, `/Users?filter=userName+eq+"u${index}"`)),
  );
  expect(found).toEqual(users.map((id, index) => (index === winner ? [] : [id])));
  expect((await createUser(directory, `u${winner}`)).status).toBe(201);
});

test('50 parallel PATCHes of different attributes of one user are all kept, or told to come back (T26, I2)', async () => {
  const directory = await service.open();
  const id = idOf(await createUser(directory, 'ada'));
  const answers = await Promise.all(
    times(50, (index) =>
      directory.send({
        method: 'PATCH',
        path: `/Users/${id}`,
        body: patchBody({ op: 'add', path: `urn:acme:2.0:User:a${index}`, value: 'x' }),
      }),
    ),
  );
  expect(statuses(answers)).toEqual({ 200: 50 });
  const user = (await bodyOf(directory, `/Users/${id}`)) as {
    'urn:acme:2.0:User': object;
    meta: { version: string };
  };
  expect(Object.keys(user['urn:acme:2.0:User'])).toHaveLength(50);
  expect(user.meta.version).toBe('W/"51"');
});

test('parallel replacements of all members end in one of them, never in a mixture (T26, XE-06)', async () => {
  const directory = await service.open();
  const users = await Promise.all(times(6, async (index) => idOf(await createUser(directory, `u${index}`))));
  const group = idOf(await directory.send({ method: 'POST', path: '/Groups', body: { displayName: 'G' } }));
  const pairs = [users.slice(0, 2), users.slice(2, 4), users.slice(4, 6)];
  const answers = await Promise.all(
    pairs.map((pair) =>
      patchMembers(directory, group, {
        op: 'replace',
        path: 'members',
        value: pair.map((value) => ({ value })),
      }),
    ),
  );
  expect(statuses(answers)).toEqual({ 204: 3 });
  const after = (await bodyOf(directory, `/Groups/${group}`)) as { members: { value: string }[] };
  expect(pairs.map((pair) => pair.sort())).toContainEqual(after.members.map(({ value }) => value).sort());
});

test('writers in two processes lose nothing that was acknowledged (T26, I2)', async () => {
  const elsewhere = serviceInProcess(store);
  const directory = await service.open();
  const other = elsewhere.adopt(directory);
  const id = idOf(await createUser(directory, 'ada'));
  const answers = await Promise.all(
    times(20, (index) =>
      (index % 2 === 0 ? directory : other).send({
        method: 'PATCH',
        path: `/Users/${id}`,
        body: patchBody({ op: 'add', path: `urn:acme:2.0:User:a${index}`, value: 'x' }),
      }),
    ),
  );
  const kept = times(20, (index) => `a${index}`).filter((_, index) => answers[index]?.status === 200);
  expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 429)).toEqual(
    [],
  );
  const user = (await bodyOf(directory, `/Users/${id}`)) as {
    'urn:acme:2.0:User': object;
    meta: { version: string };
  };
  expect(Object.keys(user['urn:acme:2.0:User']).sort()).toEqual(kept.sort());
  expect(user.meta.version).toBe(`W/"${kept.length + 1}"`);
});
