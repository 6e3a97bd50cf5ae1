import { describe, expect, test } from '@jest/globals';
import type { ScimDirectory } from '../../../shared/scim/scim-directory.ts';
import {
  type ScimPorts,
  type ScimResponse,
  type ScimSettings,
  serveScim,
} from '../../../shared/scim/serve.ts';
import { memoryDirectoryStore } from '../../../shared/storage/memory-directory-store.ts';
import type { ScimSend } from '../../conformance/scim-http/scim-case.ts';
import {
  type DirectoryInProcess,
  scimRequest,
  serviceInProcess,
} from '../../conformance/scim-http/service-in-process.ts';
import { realRandomness } from '../../support/directory-objects.ts';
import { idOf, patchBody } from '../directory/answers.ts';

const store = memoryDirectoryStore(realRandomness);

/** One request, with the call that reached the directory: its name and its last argument. */
async function reached(directory: DirectoryInProcess, send: ScimSend, settings: Partial<ScimSettings> = {}) {
  const service = serviceInProcess(store);
  const adopted = service.adopt(directory);
  const calls: [string, unknown][] = [];
  const ports: ScimPorts = {
    ...service.ports,
    authorize: async (...asked) => {
      const caller = await service.ports.authorize(...asked);
      return { ...caller, settings: { ...caller.settings, ...settings } };
    },
    directory: (...of) => {
      const real = service.ports.directory(...of);
      return new Proxy<ScimDirectory>(real, {
        get:
          (_, name: keyof ScimDirectory) =>
          (...values: readonly unknown[]) => {
            calls.push([name, values.at(-1)]);
            return Reflect.apply(real[name], real, values);
          },
      });
    },
  };
  const answer = await serveScim(scimRequest(send, adopted), ports);
  return { answer, calls, exchanges: service.exchanges };
}

const service = serviceInProcess(store);
const neither = { members: false, groups: false };
const members = { members: true, groups: false };
const groups = { members: false, groups: true };
const edit = patchBody({ op: 'add', path: 'externalId', value: 'e' });

describe('a write reads no more than its answer shows', () => {
  test('of a user: groups only when asked for by name', async () => {
    const directory = await service.open();
    const user = (await directory.send({ method: 'POST', path: '/Users', body: { userName: 'u' } })).body;
    const { id } = user as { readonly id: string };
    const body = { userName: 'v' };
    const writes: readonly [ScimSend, number, string, unknown][] = [
      [{ method: 'POST', path: '/Users', body: { userName: 'w' } }, 201, 'create', neither],
      [{ method: 'POST', path: '/Users?attributes=groups', body: { userName: 'x' } }, 201, 'create', groups],
      [{ method: 'PUT', path: `/Users/${id}`, body }, 200, 'replace', { on: {}, wanted: neither }],
      [
        { method: 'PUT', path: `/Users/${id}?attributes=groups`, body },
        200,
        'replace',
        { on: {}, wanted: groups },
      ],
      [{ method: 'PATCH', path: `/Users/${id}`, body: edit }, 200, 'patch', { on: {}, wanted: neither }],
      [
        { method: 'DELETE', path: `/Users/${id}`, headers: { 'if-match': '*' } },
        204,
        'remove',
        { ifMatch: ['*'] },
      ],
    ];
    for (const [send, status, name, terms] of writes) {
      const { answer, calls } = await reached(directory, send);
      expect([answer.status, calls]).toStrictEqual([status, [[name, terms]]]);
    }
  });

  test.each<[string, Partial<ScimSettings>, Readonly<Record<string, string>>, number, object]>([
    ['', {}, {}, 204, neither],
    ['?count=1', { groupPatchAnswer: 'no-content' }, { prefer: 'return=minimal' }, 204, neither],
    ['', { groupPatchAnswer: 'resource' }, {}, 200, members],
    ['?excludedAttributes=members', {}, {}, 200, neither],
    ['?attributes=displayName', {}, {}, 200, neither],
    ['?attributes=members', {}, {}, 200, members],
    ['', {}, { prefer: 'respond-async, Return=Representation' }, 200, members],
  ])('a PATCH of a group with %j, %j and %j is %d', async (query, settings, headers, status, wanted) => {
    const directory = await service.open();
    const id = idOf(await directory.send({ method: 'POST', path: '/Groups', body: { displayName: 'g' } }));
    const send = { method: 'PATCH', path: `/Groups/${id}${query}`, headers, body: edit };
    const { answer, calls } = await reached(directory, send, settings);
    expect([answer.status, answer.body !== undefined]).toEqual([status, status === 200]);
    expect(calls).toStrictEqual([['patch', { on: {}, wanted }]]);
    expect(Object.keys(answer.headers)).toEqual(
      status === 204 ? ['etag'] : ['content-type', 'etag', 'location'],
    );
  });
});

describe('members that were left out are named in the request log', () => {
  const long = 'x'.repeat(150);
  test.each([
    [['a'], '1 members left out, not in this directory: a'],
    [['a', 'b', long], `3 members left out, not in this directory: a, b, ${'x'.repeat(100)}`],
    [[...'abcdefghij'], '10 members left out, not in this directory: a, b, c, d, e, f, g, h, i, j'],
    [[...'abcdefghijk'], '11 members left out, not in this directory: a, b, c, d, e, f, g, h, i, j, …'],
  ])('%j', async (ids, note) => {
    const directory = await service.open();
    const body = { displayName: 'g', members: ids.map((value) => ({ value })) };
    const { exchanges } = await reached(directory, { method: 'POST', path: '/Groups', body });
    expect(exchanges.map((exchange) => exchange.note)).toEqual([note]);
  });

  test('none left out is no note', async () => {
    const directory = await service.open();
    const { exchanges } = await reached(directory, {
      method: 'POST',
      path: '/Groups',
      body: { displayName: 'g' },
    });
    expect(exchanges.map((exchange) => 'note' in exchange)).toEqual([false]);
  });
});

test('a search below a type asks for that type alone (RFC 7644 §3.4.3)', async () => {
  const directory = await service.open();
  for (const userName of ['a', 'b'])
    await directory.send({ method: 'POST', path: '/Users', body: { userName } });
  const { answer } = await reached(directory, { method: 'POST', path: '/Groups/.search', body: {} });
  expect(answer.body).toStrictEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: 0,
    startIndex: 1,
    itemsPerPage: 0,
    Resources: [],
  });
});

const newId = ({ body }: ScimResponse): string => (body as { readonly id: string }).id;

describe('a replacement that drops members is noted, and is large beyond both thresholds (XE-06)', () => {
  test.each([
    { keep: 4, largeRemovalMembers: 1, largeRemovalPercent: 0, note: undefined },
    { keep: 2, largeRemovalMembers: 2, largeRemovalPercent: 0, note: 'replace dropped 2 of 4 members' },
    { keep: 2, largeRemovalMembers: 1, largeRemovalPercent: 50, note: 'replace dropped 2 of 4 members' },
    {
      keep: 1,
      largeRemovalMembers: 2,
      largeRemovalPercent: 74,
      removed: 3,
      note: 'replace dropped 3 of 4 members',
    },
    {
      keep: 0,
      largeRemovalMembers: 3,
      largeRemovalPercent: 99,
      removed: 4,
      note: 'replace dropped 4 of 4 members',
    },
  ])('$keep of 4 kept, more than $largeRemovalMembers and $largeRemovalPercent %', async (row) => {
    const { keep, note, removed, ...settings } = row;
    const directory = await service.open();
    const users = await Promise.all(
      [0, 1, 2, 3].map(async (n) =>
        newId(
          (await reached(directory, { method: 'POST', path: '/Users', body: { userName: `d${n}` } })).answer,
        ),
      ),
    );
    const body = { displayName: 'Drop', members: users.map((value) => ({ value })) };
    const group = newId((await reached(directory, { method: 'POST', path: '/Groups', body })).answer);
    const value = users.slice(0, keep).map((id) => ({ value: id }));
    const operation =
      keep === 0 ? { op: 'remove', path: 'members' } : { op: 'replace', path: 'members', value };
    const send = { method: 'PATCH', path: `/Groups/${group}`, body: patchBody(operation) };
    const thresholds = {
      largeRemovalMembers: settings.largeRemovalMembers,
      largeRemovalPercent: settings.largeRemovalPercent,
    };
    const { exchanges } = await reached(directory, send, thresholds);
    expect(exchanges.map((exchange) => [exchange.note, exchange.largeRemoval])).toEqual([
      [note, removed === undefined ? undefined : { removed, before: 4 }],
    ]);
  });

  test('inside a Bulk request each is noted by its group, and the largest is what the request is about', async () => {
    const directory = await service.open();
    const ids: string[] = [];
    for (const n of [0, 1, 2, 3]) {
      const body = { userName: `bulk-${n}` };
      ids.push(newId((await reached(directory, { method: 'POST', path: '/Users', body })).answer));
    }
    const groupOf = async (displayName: string, count: number) => {
      const body = { displayName, members: ids.slice(0, count).map((value) => ({ value })) };
      return newId((await reached(directory, { method: 'POST', path: '/Groups', body })).answer);
    };
    const [small, large, calm] = [await groupOf('S', 2), await groupOf('L', 4), await groupOf('C', 3)];
    const emptied = (path: string, op = 'remove') => ({
      method: 'PATCH',
      path,
      data: patchBody(
        op === 'remove' ? { op, path: 'members' } : { op, path: 'displayName', value: 'Calmer' },
      ),
    });
    const Operations = [
      emptied(`/Groups/${small}`),
      emptied(`/Groups/${large}`),
      emptied(`/Groups/${calm}`, 'replace'),
    ];
    const thresholds = { largeRemovalMembers: 1, largeRemovalPercent: 50 };
    const send = { method: 'POST', path: '/Bulk', body: { Operations } };
    const { exchanges } = await reached(directory, send, thresholds);
    expect(exchanges.map(({ objectId, note, largeRemoval }) => ({ objectId, note, largeRemoval }))).toEqual([
      {
        objectId: large,
        note: `${small}: replace dropped 2 of 2 members; ${large}: replace dropped 4 of 4 members`,
        largeRemoval: { removed: 4, before: 4 },
      },
    ]);
  });
});
