import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UserId } from '../../../shared/model/ids.ts';
import type { JsonObject } from '../../../shared/model/json.ts';
import { userAfter } from '../../../shared/sync/fold-users.ts';
import type { FoldedUser } from '../../../shared/sync/folded-users.ts';
import type { UserEntry } from '../../../shared/sync/graph-port.ts';
import type { NestedUser } from '../../../shared/sync/nested-store.ts';
import { factsOf } from '../../../shared/sync/scope.ts';
import { newSyncState } from '../../../shared/sync/sync-state.ts';
import { mergedFields } from '../../../shared/sync/user-mapping.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, synced, user } from './small-tenant.ts';

// A delta speaks of some fields only, and of one user several times: absent keeps, null clears, a value replaces (graph.md §1).

const id = UserId.parse(user(1));

const present = (fields: JsonObject): UserEntry => ({ kind: 'present', id, fields });

const rowOf = (fields: JsonObject, life: NestedUser['life'] = 'live'): NestedUser => ({
  id,
  version: 1,
  created: '',
  lastModified: '',
  life,
  lifeSince: '',
  standing: { counts: true, inScope: true },
  fields,
  attributes: {},
});

/** What is known after the entries; the row is read for the first page that names the user, and for it alone. */
function folded(row: NestedUser | undefined, entries: readonly UserEntry[]): FoldedUser | undefined {
  let before: FoldedUser | undefined;
  for (const [page, entry] of entries.entries()) {
    before = userAfter({ before, row: page === 0 ? row : undefined }, entry, newSyncState) ?? before;
  }
  return before;
}

const external = 'ann_partner.example#EXT#@rookery.onmicrosoft.com';
const names = [null, 'ann@rookery.example', 'Ann@Elsewhere.example', external];
const types = [null, 'Member', 'Guest', 'guest'];
const someFields = fc.record(
  {
    userPrincipalName: fc.constantFrom(...names),
    userType: fc.constantFrom(...types),
    accountEnabled: fc.constantFrom(null, true, false),
    displayName: fc.constantFrom('Ann', 'Anna'),
  },
  { requiredKeys: [] },
);

test('whatever fields the entries of a round leave out, facts are those of all fields merged (XA-07, XA-50)', () => {
  fc.assert(
    fc.property(
      fc.option(someFields, { nil: undefined }),
      fc.array(someFields, { minLength: 1, maxLength: 4 }),
      (stored, said) => {
        const row = stored === undefined ? undefined : rowOf(mergedFields({}, stored));
        const all = said.reduce<JsonObject>(
          (known, fields) => mergedFields(known, fields),
          row?.fields ?? {},
        );
        const { facts, enabled } = folded(row, said.map(present)) ?? {};
        expect({ facts, enabled }).toEqual({ facts: factsOf(all), enabled: all['accountEnabled'] !== false });
      },
    ),
    { numRuns: 200 },
  );
});

test('a user keeps what is stored of him as the round goes on, and what he was before it', () => {
  const row = rowOf({ accountEnabled: false, userPrincipalName: 'ann@rookery.example' }, 'soft-deleted');
  const stored = { life: 'soft-deleted', standing: row.standing, enabled: false };
  const facts = factsOf(row.fields);
  expect(folded(row, [{ kind: 'removed', id, reason: 'changed' }])).toEqual({
    life: 'soft-deleted',
    facts,
    enabled: false,
    isNew: false,
    stored,
  });
  expect(
    folded(row, [present({ accountEnabled: true }), { kind: 'removed', id, reason: 'deleted' }]),
  ).toEqual({
    life: 'gone',
    facts,
    enabled: true,
    isNew: false,
    stored,
  });
});

test('nothing is said of one who is gone, nor of a removed one whom nobody knew', () => {
  expect(folded(rowOf({}, 'gone'), [present({ displayName: 'Ann' })])).toBeUndefined();
  expect(folded(undefined, [{ kind: 'removed', id, reason: 'changed' }])).toBeUndefined();
});

/** The next round of users comes in these pages. */
function pagesOfUsers(sync: SimulatedSync, pages: readonly (readonly UserEntry[])[]): void {
  graphAnswers(sync, (reader) => ({
    usersDelta: async (from) => {
      const page = from.kind === 'link' && from.link.startsWith('page:') ? Number(from.link.slice(5)) : 0;
      const answer = await reader.usersDelta({ kind: 'link', link: 'delta:0:0' });
      if (answer.kind === 'fault') return answer;
      const end = page + 1 < pages.length ? { next: `page:${page + 1}` } : { delta: 'delta:0:0' };
      const value = { items: pages[page] ?? [], fingerprint: String(page), ...end };
      return { ...answer, value };
    },
  }));
}

const standingsIn = async (sync: SimulatedSync) => {
  const rows = await sync.store.users(
    simulatedDirectory,
    [1, 2, 3].map((index) => UserId.parse(user(index))),
  );
  return Object.fromEntries(rows.map(({ id: of, standing }) => [Number(of.slice(-2)), standing]));
};

test('who is renamed on two pages of a round stays the member, or the guest, that his type says (XA-50)', async () => {
  const settings = { guests: 'exclude' } as const;
  const sync = await synced({ users: 3, groups: {} }, settings);
  sync.tenant.setUser(user(1), 'live', { userPrincipalName: external, userType: 'Member' });
  sync.tenant.setUser(user(2), 'live', { userPrincipalName: external, userType: 'Guest' });
  await sync.sync(settings);
  const before = await standingsIn(sync);
  expect(before).toEqual({
    1: { counts: true, inScope: true },
    2: { counts: false, inScope: false, reason: 'guest-excluded' },
    3: { counts: true, inScope: true },
  });
  const renamed = (index: number, userPrincipalName: string): UserEntry => ({
    kind: 'present',
    id: UserId.parse(user(index)),
    fields: { userPrincipalName },
  });
  pagesOfUsers(sync, [
    [1, 2, 3].map((index) => renamed(index, 'ann@rookery.example')),
    [renamed(1, external), renamed(2, 'two@rookery.example'), renamed(3, external)],
  ]);
  expect(await sync.sync(settings)).toMatchObject({ status: 'done', users: { pages: 2 } });
  // Without a type, as of old objects, the sign-in name tells.
  expect(await standingsIn(sync)).toEqual({ ...before, 3: before[2] });
});

test('who was disabled counts as deactivated once, also where the delta speaks of him without saying so (XE-19)', async () => {
  const sync = await synced({ users: 1, groups: {} });
  const deactivated = async (...pages: readonly JsonObject[]) => {
    pagesOfUsers(
      sync,
      pages.map((fields) => [present(fields)]),
    );
    return (await sync.sync()).plan?.counts.usersDeactivated;
  };
  expect(await deactivated({ accountEnabled: false }, { displayName: 'Ann' })).toBe(1);
  expect(await deactivated({ displayName: 'Anna' })).toBe(0);
  expect(await deactivated({ accountEnabled: true })).toBe(0);
  expect(await deactivated({ displayName: 'Ann' })).toBe(0);
  expect(await deactivated({ accountEnabled: false })).toBe(1);
});
