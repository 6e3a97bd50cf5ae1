import { expect, test } from '@jest/globals';
import { memoryDirectoryStore } from '../../../shared/storage/memory-directory-store.ts';
import { serviceInProcess } from '../../conformance/scim-http/service-in-process.ts';
import { realRandomness } from '../../support/directory-objects.ts';
import { bodyOf, idOf, patchBody } from './answers.ts';

const service = serviceInProcess(memoryDirectoryStore(realRandomness));

test('beyond the limit creates are refused, and those who are there are still updated (S3-15)', async () => {
  const directory = await service.open({ usersMax: 2, groupsMax: 1 });
  const create = (path: string, body: { readonly [name: string]: string }) =>
    directory.send({ method: 'POST', path, body });
  const first = idOf(await create('/Users', { userName: 'a' }));
  await create('/Users', { userName: 'b' });
  const answer = await create('/Users', { userName: 'c' });
  expect([answer.status, answer.body]).toEqual([
    403,
    {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '403',
      detail: 'This directory holds at most 2 users.',
    },
  ]);
  expect((await create('/Groups', { displayName: 'g' })).status).toBe(201);
  expect((await create('/Groups', { displayName: 'h' })).status).toBe(403);
  const body = patchBody({ op: 'replace', path: 'title', value: 'T' });
  expect((await directory.send({ method: 'PATCH', path: `/Users/${first}`, body })).status).toBe(200);
  await directory.send({ method: 'DELETE', path: `/Users/${first}` });
  expect((await create('/Users', { userName: 'c' })).status).toBe(201);
});

test('where unknown members are rejected, a request with one changes nothing and names it (scim-peers row 53)', async () => {
  const directory = await service.open({ unknownMembers: 'reject' });
  const user = idOf(await directory.send({ method: 'POST', path: '/Users', body: { userName: 'u' } }));
  const group = idOf(await directory.send({ method: 'POST', path: '/Groups', body: { displayName: 'g' } }));
  const ghost = '019ab000-0000-7000-8000-000000000000';
  for (const member of [ghost, 'ghost']) {
    const body = patchBody({ op: 'add', path: 'members', value: [{ value: user }, { value: member }] });
    const answer = await directory.send({ method: 'PATCH', path: `/Groups/${group}`, body });
    expect([answer.status, answer.body]).toEqual([
      400,
      expect.objectContaining({
        scimType: 'invalidValue',
        detail: `members: ${member} not in this directory.`,
      }),
    ]);
  }
  expect(await bodyOf(directory, `/Groups/${group}`)).not.toHaveProperty('members');
  const missing = await directory.send({
    method: 'POST',
    path: '/Groups',
    body: { displayName: 'h', members: [{ value: ghost }] },
  });
  expect(missing.status).toBe(400);
});

test('PATCH of a group shows it where the setting says so (scim-peers §4.8)', async () => {
  const directory = await service.open({ groupPatchAnswer: 'resource' });
  const group = idOf(await directory.send({ method: 'POST', path: '/Groups', body: { displayName: 'g' } }));
  const body = patchBody({ op: 'replace', path: 'displayName', value: 'h' });
  const answer = await directory.send({ method: 'PATCH', path: `/Groups/${group}`, body });
  expect([answer.status, answer.body]).toEqual([
    200,
    expect.objectContaining({ id: group, displayName: 'h' }),
  ]);
});

test('a full resend changes nothing: no version moves, nothing is told (S0-26)', async () => {
  const store = memoryDirectoryStore(realRandomness);
  const resending = serviceInProcess(store);
  const directory = await resending.open();
  const user = idOf(
    await directory.send({ method: 'POST', path: '/Users', body: { userName: 'u', title: 'T' } }),
  );
  const group = idOf(await directory.send({ method: 'POST', path: '/Groups', body: { displayName: 'g' } }));
  const cycle = async () => {
    const operations = [
      { op: 'Replace', path: 'title', value: 'T' },
      { op: 'Replace', path: 'active', value: 'True' },
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'u@x' },
    ];
    await directory.send({ method: 'PATCH', path: `/Users/${user}`, body: patchBody(...operations) });
    await directory.send({
      method: 'PATCH',
      path: `/Groups/${group}`,
      body: patchBody({ op: 'Add', path: 'members', value: [{ value: user }] }),
    });
    await directory.send({
      method: 'PATCH',
      path: `/Groups/${group}`,
      body: patchBody({ op: 'Replace', path: 'members', value: [{ value: user }] }),
    });
    await directory.send({
      method: 'PUT',
      path: `/Groups/${group}`,
      body: { displayName: 'g', members: [{ value: user }] },
    });
    return [await bodyOf(directory, `/Users/${user}`), await bodyOf(directory, `/Groups/${group}`)];
  };
  const first = await cycle();
  const { length } = await store.outbox(directory.directoryId, { limit: 1000 });
  expect(await cycle()).toEqual(first);
  expect(await store.outbox(directory.directoryId, { limit: 1000 })).toHaveLength(length);
});
