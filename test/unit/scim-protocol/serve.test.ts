import { expect, test } from '@jest/globals';
import { Refusal } from '../../../shared/model/refusal.ts';
import { type ScimPorts, serveScim } from '../../../shared/scim/serve.ts';
import { memoryDirectoryStore } from '../../../shared/storage/memory-directory-store.ts';
import type { ScimSend } from '../../conformance/scim-http/scim-case.ts';
import {
  type DirectoryInProcess,
  scimRequest,
  serviceInProcess,
} from '../../conformance/scim-http/service-in-process.ts';
import { realRandomness } from '../../support/directory-objects.ts';
import { bodyOf, idOf, idsOf, patchBody } from '../directory/answers.ts';

const store = memoryDirectoryStore(realRandomness);
const newService = () => serviceInProcess(store);
const post = (directory: DirectoryInProcess, path: string, body: ScimSend['body']) =>
  directory.send({ method: 'POST', path, ...(body === undefined ? {} : { body }) });

test('a key opens its own directory alone: by id, member, filter and Bulk nothing of another is reached (T03)', async () => {
  const service = newService();
  const [mine, theirs] = [await service.open(), await service.open()];
  const victim = idOf(await post(theirs, '/Users', { userName: 'victim', externalId: 'v' }));
  const secret = idOf(await post(theirs, '/Groups', { displayName: 'Secret', members: [{ value: victim }] }));
  const before = await bodyOf(theirs, `/Users/${victim}`);
  const group = idOf(
    await post(mine, '/Groups', { displayName: 'Mine', members: [{ value: victim }, { value: secret }] }),
  );

  expect(await bodyOf(mine, `/Groups/${group}`)).not.toHaveProperty('members');
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
    const path = `/Users/${victim}`;
    const body =
      method === 'PUT' ? { userName: 'x' } : patchBody({ op: 'replace', path: 'title', value: 'x' });
    expect((await mine.send({ method, path, ...(method === 'GET' ? {} : { body }) })).status).toBe(404);
    // The other's key, the other's directory, mine in the header: one answer.
    expect((await theirs.send({ method, path, authorization: mine.authorization })).status).toBe(401);
  }
  for (const filter of [`id eq "${victim}"`, 'userName eq "victim"', 'externalId eq "v"', 'userName pr']) {
    expect(await idsOf(mine, `/Users?filter=${encodeURIComponent(filter)}`)).toEqual([]);
  }
  expect(await idsOf(mine, `/Groups?filter=members+eq+"${victim}"`)).toEqual([]);
  await mine.send({
    method: 'PATCH',
    path: `/Groups/${group}`,
    body: patchBody({ op: 'add', path: 'members', value: [{ value: secret }] }),
  });
  expect(await bodyOf(mine, `/Groups/${group}`)).not.toHaveProperty('members');
  const bulk = await post(mine, '/Bulk', {
    Operations: [
      { method: 'DELETE', path: `/Users/${victim}` },
      { method: 'DELETE', path: `/../${theirs.directoryId}/Users/${victim}` },
    ],
  });
  expect(JSON.stringify(bulk.body)).not.toContain('"204"');
  expect(await bodyOf(theirs, `/Users/${victim}`)).toEqual(before);
});

test('the answer to a stranger is the same for what is there and what is not, and no body is read (T15)', async () => {
  const service = newService();
  const directory = await service.open();
  const id = idOf(await post(directory, '/Users', { userName: 'u' }));
  const bodies: number[] = [];
  const ask = async (path: string, directoryId: string = directory.directoryId) => {
    const request = scimRequest({ method: 'GET', path }, { directoryId, authorization: 'Bearer wrong' });
    return serveScim({ ...request, body: async (max) => `${bodies.push(max)}` }, service.ports);
  };
  const answer = await ask(`/Users/${id}`);
  expect(answer.status).toBe(401);
  for (const path of [
    '/Users/none',
    '/Users?filter=userName+eq+"u"',
    '/Users?filter=(',
    '/nowhere',
    '/Bulk',
    '/Users/%zz',
  ]) {
    expect(await ask(path)).toEqual(answer);
  }
  for (const id of ['dir_00000000000000000000000000000000', '../x', '', 'dir_1']) {
    expect(await ask('/Users', id)).toEqual(answer);
  }
  const write = scimRequest(
    { method: 'POST', path: '/Users', text: '{' },
    { ...directory, authorization: '' },
  );
  expect(await serveScim({ ...write, body: async (max) => `${bodies.push(max)}` }, service.ports)).toEqual(
    answer,
  );
  expect(bodies).toEqual([]);
});

test('point reads run beside the key check; lists, writes and searches wait for it (DESIGN §4)', async () => {
  const service = newService();
  const directory = await service.open();
  const id = idOf(await post(directory, '/Users', { userName: 'u' }));
  const startedEarly = async (send: ScimSend) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let early = false;
    let isKnown = false;
    const watched = (target: object): object =>
      new Proxy(target, {
        get: (on, name) => {
          early ||= !isKnown;
          return Reflect.get(on, name);
        },
      });
    const ports: ScimPorts = {
      ...service.ports,
      authorize: async (...asked) => {
        await promise;
        isKnown = true;
        return service.ports.authorize(...asked);
      },
      directory: (...asked) =>
        watched(service.ports.directory(...asked)) as ReturnType<ScimPorts['directory']>,
    };
    const answered = serveScim(scimRequest(send, directory), ports);
    await new Promise((done) => setTimeout(done, 5));
    resolve();
    expect((await answered).status).toBeLessThan(300);
    return early;
  };
  expect(await startedEarly({ method: 'GET', path: `/Users/${id}` })).toBe(true);
  expect(await startedEarly({ method: 'GET', path: '/Users?filter=userName+eq+"u"' })).toBe(true);
  expect(
    await startedEarly({
      method: 'GET',
      path: '/Groups?excludedAttributes=members&filter=displayName+eq+"g"',
    }),
  ).toBe(true);
  expect(await startedEarly({ method: 'GET', path: '/Users' })).toBe(false);
  expect(await startedEarly({ method: 'GET', path: '/Users?filter=title+pr' })).toBe(false);
  expect(await startedEarly({ method: 'GET', path: '/Groups?filter=displayName+eq+"g"' })).toBe(false);
  expect(await startedEarly({ method: 'POST', path: '/Users', body: { userName: 'v' } })).toBe(false);
});

test('the request log holds what came and what was answered, and no password (S3-10, S3-11, T28)', async () => {
  const service = newService();
  const directory = await service.open();
  const random = '3e59e27b-4a2c-4a5e-9a51-07d4f4dd0a27';
  await directory.send({ method: 'GET', path: `/Users?filter=userName+eq+"${random}"` });
  const user = idOf(await post(directory, '/Users', { userName: 'u', password: 'canary' }));
  await directory.send({
    method: 'PATCH',
    path: `/Users/${user}`,
    body: patchBody({ op: 'replace', path: 'password', value: 'canary' }),
  });
  await directory.send({
    method: 'POST',
    path: '/Users',
    text: '{"userName":"w","passw\\u006frd":"canary"}',
  });
  await directory.send({ method: 'GET', path: '/Users?filter=password+eq+"canary"' });
  await post(directory, '/Users', { userName: 'U' });
  await post(directory, '/Groups', { displayName: 'G', members: [{ value: 'ghost' }] });
  await directory.send({ method: 'GET', path: '/Users', authorization: 'Bearer wrong' });

  const told = service.exchanges.map(({ at: _, durationMilliseconds: __, directoryId, ...rest }) => {
    expect(directoryId).toBe(directory.directoryId);
    return rest;
  });
  expect(JSON.stringify(told)).not.toContain('canary');
  expect(told).toEqual([
    { method: 'GET', target: `/Users?filter=userName+eq+%22${random}%22`, status: 200, probe: true },
    { method: 'POST', target: '/Users', status: 201, objectId: user, body: '{"userName":"u"}', probe: false },
    {
      method: 'PATCH',
      target: `/Users/${user}`,
      status: 200,
      objectId: user,
      body: '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"password"}]}',
      probe: false,
    },
    expect.objectContaining({ status: 201, body: '{"userName":"w"}' }),
    { method: 'GET', target: '/Users?filter=%5Bremoved%5D', status: 200, probe: false },
    {
      method: 'POST',
      target: '/Users',
      status: 409,
      error: expect.stringMatching(/^uniqueness: .+/),
      body: '{"userName":"U"}',
      probe: false,
    },
    expect.objectContaining({ status: 201, note: '1 members left out, not in this directory: ghost' }),
    expect.objectContaining({ method: 'GET', status: 401, error: expect.any(String) }),
  ]);
});

test('a bug or an outage is recorded as 500 and thrown whole', async () => {
  const service = newService();
  const directory = await service.open();
  const outage = new Error('the table is gone');
  const ports: ScimPorts = {
    ...service.ports,
    directory: (...asked) => ({ ...service.ports.directory(...asked), read: () => Promise.reject(outage) }),
  };
  const path = '/Users/019ab000-0000-7000-8000-000000000000';
  await expect(serveScim(scimRequest({ method: 'GET', path }, directory), ports)).rejects.toBe(outage);
  expect(service.exchanges).toEqual([expect.objectContaining({ status: 500, error: 'internal error' })]);
});

test('lost races beyond the limit are 429 with Retry-After (XE-23)', async () => {
  const stale = serviceInProcess({ ...store, replaceUser: async () => false });
  const directory = await stale.open();
  const id = idOf(await post(directory, '/Users', { userName: 'u' }));
  const body = patchBody({ op: 'replace', path: 'title', value: 'T' });
  const answer = await directory.send({ method: 'PATCH', path: `/Users/${id}`, body });
  expect([answer.status, answer.headers['retry-after']]).toEqual([429, '1']);
});

test('a paused directory answers 503 with Retry-After', async () => {
  const service = newService();
  const directory = await service.open();
  const ports: ScimPorts = {
    ...service.ports,
    authorize: () => Promise.reject(new Refusal('paused', 'This directory is paused.')),
  };
  const answer = await serveScim(scimRequest({ method: 'GET', path: '/Users' }, directory), ports);
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '300']);
});
