import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { directoryMemory } from '../../../shared/directory/directory-context.ts';
import { memoryDirectoryStore } from '../../../shared/storage/memory-directory-store.ts';
import type { ScimConnection } from '../../conformance/scim-http/scim-case.ts';
import { serviceInProcess } from '../../conformance/scim-http/service-in-process.ts';
import { realRandomness } from '../../support/directory-objects.ts';
import { idOf, idsOf, listed } from './answers.ts';

const store = memoryDirectoryStore(realRandomness);
const service = serviceInProcess(store);
const create = async (directory: ScimConnection, body: { readonly [name: string]: string }) =>
  idOf(await directory.send({ method: 'POST', path: '/Users', body }));

const orders = [
  '',
  '&sortBy=userName',
  '&sortBy=userName&sortOrder=descending',
  '&sortOrder=descending&sortBy=id',
  '&filter=userName+pr',
  '&filter=userName+pr&sortBy=userName',
];

/** All pages by index, each beginning where the last one ended. */
async function byIndex(directory: ScimConnection, query: string, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (;;) {
    const page = await listed(
      directory,
      `/Users?startIndex=${ids.length + 1}&count=${count}&attributes=id${query}`,
    );
    if (page.Resources.length === 0) return ids;
    ids.push(...page.Resources.map(({ id }) => id));
  }
}

async function byCursor(directory: ScimConnection, query: string, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const page = await listed(directory, `/Users?cursor=${cursor}&count=${count}&attributes=id${query}`);
    ids.push(...page.Resources.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  return ids;
}

async function backwards(
  directory: ScimConnection,
  query: string,
  count: number,
): Promise<readonly string[]> {
  let page = await listed(directory, `/Users?cursor=&count=${count}&attributes=id${query}`);
  while (page.nextCursor !== undefined) {
    page = await listed(directory, `/Users?cursor=${page.nextCursor}&count=${count}&attributes=id${query}`);
  }
  const ids = page.Resources.map(({ id }) => id);
  while (page.previousCursor !== undefined) {
    page = await listed(
      directory,
      `/Users?cursor=${page.previousCursor}&count=${count}&attributes=id${query}`,
    );
    ids.unshift(...page.Resources.map(({ id }) => id));
  }
  return ids;
}

test('pages by index and by cursor, forwards and backwards, are the whole list, whatever the count (RFC 7644 §3.4.2.4, RFC 9865)', async () => {
  const directory = await service.open();
  for (let index = 0; index < 23; index++) await create(directory, { userName: `u${(index * 7) % 23}` });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...orders), fc.integer({ min: 1, max: 30 }), async (query, count) => {
      const whole = await idsOf(directory, `/Users?count=1000&attributes=id${query}`);
      expect(new Set(whole).size).toBe(23);
      expect(await byIndex(directory, query, count)).toEqual(whole);
      expect(await byCursor(directory, query, count)).toEqual(whole);
      expect(await backwards(directory, query, count)).toEqual(whole);
    }),
    { numRuns: 60 },
  );
});

type Act = (directory: ScimConnection, ids: string[], at: number) => Promise<void>;
let made = 0;
const freshName = () => `u${(made++ * 7919) % 10_007}`;
const acts: Readonly<Record<string, Act>> = {
  read: async () => undefined,
  create: async (directory, ids) => {
    ids.push(await create(directory, { userName: freshName() }));
  },
  delete: async (directory, ids, at) => {
    const [id] = ids.splice(at % Math.max(1, ids.length), 1);
    if (id) await directory.send({ method: 'DELETE', path: `/Users/${id}` });
  },
  rename: async (directory, ids, at) => {
    const id = ids[at % Math.max(1, ids.length)];
    if (id) await directory.send({ method: 'PUT', path: `/Users/${id}`, body: { userName: freshName() } });
  },
};

test('any page by index is the slice of the list, also right after deletes, renames and creates (scim-peers row 14)', async () => {
  const step = fc.record({
    act: fc.constantFrom(...Object.keys(acts), 'read'),
    at: fc.nat(40),
    count: fc.integer({ min: 1, max: 7 }),
    order: fc.constantFrom('', '&sortBy=userName', '&sortBy=userName&sortOrder=descending'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const directory = await service.open();
      const ids: string[] = [];
      for (let index = 0; index < 8; index++) await acts['create']?.(directory, ids, 0);
      for (const { act, at, count, order } of steps) {
        await acts[act]?.(directory, ids, at);
        const whole = await idsOf(directory, `/Users?count=1000&attributes=id${order}`);
        expect([...whole].sort()).toEqual([...ids].sort());
        const page = await idsOf(
          directory,
          `/Users?startIndex=${(at % 12) + 1}&count=${count}&attributes=id${order}`,
        );
        expect(page).toEqual(whole.slice(at % 12, (at % 12) + count));
      }
    }),
    { numRuns: 40 },
  );
});

test('a walk by cursor loses nobody while others are deleted and created (scim-peers §7.9)', async () => {
  const directory = await service.open();
  const ids: string[] = [];
  for (let index = 0; index < 60; index++) ids.push(await create(directory, { userName: `u${index}` }));
  const all = await idsOf(directory, '/Users?count=1000');
  const doomed = new Set(all.filter((_, index) => index % 5 === 0));
  const seen: string[] = [];
  const toDelete = [...doomed];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const page = await listed(directory, `/Users?cursor=${cursor}&count=7`);
    seen.push(...page.Resources.map(({ id }) => id));
    for (const id of toDelete.splice(0, 2)) await directory.send({ method: 'DELETE', path: `/Users/${id}` });
    await create(directory, { userName: `late${seen.length}` });
    cursor = page.nextCursor;
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(all.filter((id) => !doomed.has(id) && !seen.includes(id))).toEqual([]);
});

test('what an index finds is what a scan finds (DESIGN §9)', async () => {
  const directory = await service.open();
  const names = ['ada', 'ADA2', 'Straße', 'strasse2', 'bob', 'İstanbul', 'ﬁne', 'x y'];
  for (const [index, userName] of names.entries()) {
    await directory.send({
      method: 'POST',
      path: '/Users',
      body: {
        userName,
        externalId: index % 2 === 0 ? 'Even' : `odd${index}`,
        emails: [{ value: `${userName}@x`, type: index % 3 === 0 ? 'work' : 'home' }, { value: 'shared@x' }],
      },
    });
  }
  const value = fc.constantFrom(
    ...names,
    ...names.map((name) => name.toUpperCase()),
    'Even',
    'even',
    'shared@x',
    'SHARED@X',
    'ADA@x',
    'none',
  );
  const path = fc.constantFrom(
    'userName',
    'externalId',
    'emails',
    'emails.value',
    'emails[type eq "work"].value',
    'id',
  );
  const rest = fc.constantFrom(
    '',
    ' and active pr',
    ' and emails.type eq "home"',
    ' and externalId eq "Even"',
  );
  await fc.assert(
    fc.asyncProperty(path, value, rest, async (attribute, text, more) => {
      const term = `${attribute} eq ${JSON.stringify(text)}${more}`;
      const indexed = await idsOf(directory, `/Users?filter=${encodeURIComponent(term)}`);
      // An `or` has no index.
      const scanned = await idsOf(
        directory,
        `/Users?filter=${encodeURIComponent(`(${term}) or nickName eq "nobody"`)}`,
      );
      expect(indexed).toEqual(scanned);
    }),
    { numRuns: 200 },
  );
});

test('a cursor is bound to its list and its time (RFC 9865 §3)', async () => {
  let now = Date.now();
  const clocked = serviceInProcess(store, { now: () => now++, memory: directoryMemory() });
  const [mine, other] = [await clocked.open(), await clocked.open()];
  for (const userName of ['a', 'b', 'c']) await create(mine, { userName });
  const { nextCursor = '' } = await listed(mine, '/Users?cursor=&count=1');
  const read = async (directory: ScimConnection, path: string) => {
    const { status, body } = await directory.send({
      method: 'GET',
      path: `${path}cursor=${nextCursor}&count=1`,
    });
    return [status, (body as { scimType?: string }).scimType];
  };
  expect(await read(mine, '/Users?')).toEqual([200, undefined]);
  expect(await read(mine, '/Users?sortBy=userName&')).toEqual([400, 'invalidCursor']);
  expect(await read(mine, '/Users?filter=userName+pr&')).toEqual([400, 'invalidCursor']);
  expect(await read(mine, '/Groups?')).toEqual([400, 'invalidCursor']);
  expect(await read(other, '/Users?')).toEqual([400, 'invalidCursor']);
  now += 3_601_000;
  expect(await read(mine, '/Users?')).toEqual([400, 'expiredCursor']);
});
