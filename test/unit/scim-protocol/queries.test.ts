import { describe, expect, test } from '@jest/globals';
import type { ListQuery, ResourceKind, Wanted } from '../../../shared/scim/scim-directory.ts';
import { type ScimPorts, type ScimResponse, serveScim } from '../../../shared/scim/serve.ts';
import { memoryDirectoryStore } from '../../../shared/storage/memory-directory-store.ts';
import {
  type DirectoryInProcess,
  scimRequest,
  serviceInProcess,
} from '../../conformance/scim-http/service-in-process.ts';
import { realRandomness } from '../../support/directory-objects.ts';
import { idOf } from '../directory/answers.ts';

type Asked = readonly [kind: ResourceKind, query: Omit<ListQuery, 'baseUrl'>, wanted: Wanted];

// No two objects are made in one millisecond: lists are in the order of ids, and those in the order of time.
let time = Date.now();
const service = serviceInProcess(memoryDirectoryStore(realRandomness), { now: () => time++ });
const neither = { members: false, groups: false };
const withMembers = { members: true, groups: false };

/** Answers of a directory of three users and two groups, with the queries that reached the directory. */
async function answered(path: string, directory?: DirectoryInProcess) {
  const opened = directory ?? (await filled());
  const asked: Asked[] = [];
  const ports: ScimPorts = {
    ...service.ports,
    directory: (...of) => {
      const real = service.ports.directory(...of);
      return {
        ...real,
        list: (kind, query, wanted) => {
          const { baseUrl, ...rest } = query;
          expect(baseUrl).toBe(`https://rookery.example/scim/v2/${opened.directoryId}`);
          asked.push([kind, rest, wanted]);
          return real.list(kind, query, wanted);
        },
      };
    },
  };
  const response = await serveScim(scimRequest({ method: 'GET', path }, opened), ports);
  return { response, asked, directory: opened };
}

async function filled(): Promise<DirectoryInProcess> {
  const directory = await service.open();
  for (const userName of ['a', 'b', 'c'])
    await directory.send({ method: 'POST', path: '/Users', body: { userName, title: 'T' } });
  for (const displayName of ['g', 'h'])
    idOf(await directory.send({ method: 'POST', path: '/Groups', body: { displayName } }));
  return directory;
}

interface ListBody {
  readonly Resources: readonly { readonly userName?: string; readonly displayName?: string }[];
}

/** The list that was answered, with names in place of resources. */
function namesIn({ body }: ScimResponse) {
  const { Resources, ...rest } = body as ListBody;
  return { ...rest, Resources: Resources.map((it) => it.userName ?? it.displayName) };
}

const schemas = ['urn:ietf:params:scim:api:messages:2.0:ListResponse'];
const user = (page: ListQuery['page'], more: object = {}) => ['User', { page, ...more }, neither];
const group = (page: ListQuery['page'], more: object = {}) => ['Group', { page, ...more }, withMembers];

describe('a list of one type', () => {
  const page = { kind: 'index', startIndex: 1, count: 100 } as const;

  test.each<[string, readonly unknown[]]>([
    ['/Users', ['User', { page }, neither]],
    ['/Users?filter=%20&attributes=%20', ['User', { page }, neither]],
    ['/Users?attributes=groups', ['User', { page }, { members: false, groups: true }]],
    ['/Groups', ['Group', { page }, withMembers]],
    ['/Groups?excludedAttributes=members', ['Group', { page }, neither]],
    ['/Groups?excludedAttributes=members.value', ['Group', { page }, withMembers]],
    [
      '/Users?sortBy=userName&sortOrder=descending&startIndex=2&count=1&filter=title+pr',
      [
        'User',
        {
          page: { kind: 'index', startIndex: 2, count: 1 },
          filter: { kind: 'present', path: { attribute: 'title' } },
          sort: { by: 'userName', descending: true },
        },
        neither,
      ],
    ],
  ])('%s asks the directory once', async (path, query) => {
    expect((await answered(path)).asked).toStrictEqual([query]);
  });

  test('by index it says where it starts; by cursor where it goes on, both ways (RFC 9865 §2)', async () => {
    const first = await answered('/Users?sortBy=userName&startIndex=2&count=2');
    expect(namesIn(first.response)).toStrictEqual({
      schemas,
      totalResults: 3,
      startIndex: 2,
      itemsPerPage: 2,
      Resources: ['b', 'c'],
    });
    const { directory } = first;
    const begun = await answered('/Users?cursor&count=2&sortBy=userName', directory);
    const { nextCursor } = begun.response.body as { readonly nextCursor: string };
    expect(namesIn(begun.response)).toStrictEqual({
      schemas,
      totalResults: 3,
      itemsPerPage: 2,
      nextCursor: expect.any(String),
      Resources: ['a', 'b'],
    });
    const ended = await answered(`/Users?cursor=${nextCursor}&count=2&sortBy=userName`, directory);
    expect(namesIn(ended.response)).toStrictEqual({
      schemas,
      totalResults: 3,
      itemsPerPage: 1,
      previousCursor: expect.any(String),
      Resources: ['c'],
    });
  });
});

const nextOf = ({ body }: ScimResponse) => (body as { readonly nextCursor?: string }).nextCursor;

describe('a list of the root (RFC 7644 §3.4.2.1)', () => {
  test.each<[string, readonly unknown[], object]>([
    [
      '/?startIndex=3&count=2',
      [user({ kind: 'index', startIndex: 3, count: 2 }), group({ kind: 'index', startIndex: 1, count: 1 })],
      { totalResults: 5, startIndex: 3, itemsPerPage: 2, Resources: [expect.any(String), 'g'] },
    ],
    [
      '/?startIndex=5&count=9&sortBy=id',
      [
        user({ kind: 'index', startIndex: 5, count: 9 }, { sort: { by: 'id', descending: false } }),
        group({ kind: 'index', startIndex: 2, count: 9 }, { sort: { by: 'id', descending: false } }),
      ],
      { totalResults: 5, startIndex: 5, itemsPerPage: 1, Resources: [expect.any(String)] },
    ],
    [
      '?count=0&filter=title+pr',
      [
        user(
          { kind: 'index', startIndex: 1, count: 0 },
          { filter: { kind: 'present', path: { attribute: 'title' } } },
        ),
        group(
          { kind: 'index', startIndex: 1, count: 0 },
          { filter: { kind: 'present', path: { attribute: 'title' } } },
        ),
      ],
      { totalResults: 3, startIndex: 1, itemsPerPage: 0, Resources: [] },
    ],
  ])('%s is users, then groups', async (path, asked, list) => {
    const { response, asked: actual } = await answered(path);
    expect(actual).toStrictEqual(asked);
    expect(namesIn(response)).toStrictEqual({ schemas, ...list });
  });

  test('by cursor no page spans both, and the last has no nextCursor (RFC 9865 §2)', async () => {
    const directory = await filled();
    const pages: object[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const { response, asked } = await answered(
        `/?count=2&attributes=userName,displayName&cursor=${cursor}`,
        directory,
      );
      const { Resources, ...rest } = namesIn(response);
      pages.push({ ...rest, names: Resources.length, asked: asked.map(([kind, { page }]) => [kind, page]) });
      cursor = nextOf(response);
    }
    const rest = { kind: 'index', startIndex: 1, count: 0 };
    const own = { kind: 'cursor', count: 2 };
    const further = expect.objectContaining({ ...own, cursor: expect.stringMatching(/^(?!User|Group)./) });
    const found = (facts: object) => ({ schemas, totalResults: 5, ...facts });
    expect(pages).toStrictEqual([
      found({
        itemsPerPage: 2,
        nextCursor: expect.stringMatching(/^User\../),
        names: 2,
        asked: [
          ['User', own],
          ['Group', rest],
        ],
      }),
      found({
        itemsPerPage: 1,
        nextCursor: 'Group.',
        previousCursor: expect.stringMatching(/^User\../),
        names: 1,
        asked: [
          ['User', further],
          ['Group', rest],
        ],
      }),
      found({
        itemsPerPage: 2,
        names: 2,
        asked: [
          ['Group', own],
          ['User', rest],
        ],
      }),
    ]);
  });

  test('a cursor says whose it is, also within the groups and backwards', async () => {
    const directory = await filled();
    const { response } = await answered('/?count=1&cursor=Group.', directory);
    const next = nextOf(response);
    expect(next).toMatch(/^Group\../);
    const last = await answered(`/?count=1&cursor=${next}`, directory);
    expect(namesIn(last.response)).toStrictEqual({
      schemas,
      totalResults: 5,
      itemsPerPage: 1,
      previousCursor: expect.stringMatching(/^Group\../),
      Resources: ['h'],
    });
  });

  test('users that end without groups to follow end the list, and so does a page of none', async () => {
    for (const query of ['cursor=&filter=title+pr', 'cursor=&count=0', 'cursor=User.&count=0']) {
      expect(nextOf((await answered(`/?${query}`)).response)).toBeUndefined();
    }
  });

  test.each(['nonsense', 'XUser.', 'Users.', 'User', 'a Group.'])(
    'the cursor %s is refused',
    async (cursor) => {
      const { response } = await answered(`/?cursor=${encodeURIComponent(cursor)}`);
      expect(response.body).toStrictEqual({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '400',
        scimType: 'invalidCursor',
        detail: 'The cursor is not one of this list; begin again without it.',
      });
    },
  );

  test('what a list gives back as previous goes with its type', async () => {
    const directory = await filled();
    const ports: ScimPorts = {
      ...service.ports,
      directory: (...of) => ({
        ...service.ports.directory(...of),
        list: async (_kind, { page }) =>
          page.kind === 'index'
            ? { resources: [], totalResults: 2 }
            : { resources: [], totalResults: 1, previousCursor: 'p', nextCursor: 'n' },
      }),
    };
    const ask = async (path: string) =>
      (await serveScim(scimRequest({ method: 'GET', path }, directory), ports)).body;
    const list = { schemas, totalResults: 3, itemsPerPage: 0, Resources: [] };
    expect(await ask('/?cursor=')).toStrictEqual({ ...list, nextCursor: 'User.n', previousCursor: 'User.p' });
    expect(await ask('/?cursor=Group.x')).toStrictEqual({
      ...list,
      nextCursor: 'Group.n',
      previousCursor: 'Group.p',
    });
    expect(await ask('/Users?cursor=')).toStrictEqual({
      ...list,
      totalResults: 1,
      nextCursor: 'n',
      previousCursor: 'p',
    });
  });
});

test.each<[string, (location: string) => string, readonly string[]]>([
  ['is there for all', () => 'meta.location pr', ['a', 'b', 'c']],
  ['is found whole', (location) => `meta.location eq "${location}"`, ['a']],
  ['keeps its letter case', (location) => `meta.location eq "${location.toUpperCase()}"`, []],
  ['is no other', (location) => `meta.location ne "${location}"`, ['b', 'c']],
  ['has an end', (location) => `meta.location ew "${location.slice(-40)}"`, ['a']],
  ['says the type', () => 'meta.location co "/Groups/"', []],
  ['beside a name', (location) => `userName eq "b" and meta.location eq "${location}"`, []],
  ['beside its name', (location) => `userName eq "a" and meta[location eq "${location}"]`, ['a']],
])('the location of a user %s in a filter (RFC 7643 §3.1, RFC 7644 §3.4.2.2)', async (_, filterOf, names) => {
  const { directory, response } = await answered('/Users?sortBy=userName');
  const resources = (body: unknown) =>
    (body as { Resources: readonly { userName: string; meta: { location: string } }[] }).Resources;
  const location = resources(response.body)[0]?.meta.location ?? '';
  const path = `/Users?sortBy=userName&filter=${encodeURIComponent(filterOf(location))}`;
  const found = await answered(path, directory);
  expect(resources(found.response.body).map(({ userName }) => userName)).toEqual(names);
});
