import { describe, expect, test } from '@jest/globals';
import type { DirectoryStore, Indexed, MembersChange } from '../../shared/directory/directory-store.ts';
import type { DirectoryGroup, DirectoryUser } from '../../shared/model/directory-object.ts';
import type { DirectoryId, MemberRef } from '../../shared/model/ids.ts';
import { newDirectoryId, newUserId } from '../../shared/model/new-ids.ts';
import { Refusal } from '../../shared/model/refusal.ts';
import {
  byId,
  changedGroup,
  changedUser,
  indexedGroup,
  indexedUser,
  later,
  memberOfGroup,
  memberOfUser,
  newGroup,
  newUser,
  realRandomness,
} from '../support/directory-objects.ts';

export interface StoreUnderTest {
  readonly store: DirectoryStore;
  /** A second process on the same data. */
  readonly other: DirectoryStore;
  /** What does not fit together in the directory; empty is right. */
  readonly inconsistencies: (directory: DirectoryId) => Promise<readonly unknown[]>;
}

const all = { limit: 1000 };
const add = (...members: MemberRef[]): MembersChange => ({ replace: false, add: members, remove: [] });
const remove = (...members: MemberRef[]): MembersChange => ({ replace: false, add: [], remove: members });

/** What every implementation of the directory store owes; each test works in a directory of its own. */
export function directoryStoreContract(name: string, open: () => StoreUnderTest): void {
  describe(`directory store: ${name}`, () => {
    const fresh = () => {
      const { store, other, inconsistencies } = open();
      return { store, other, inconsistencies, directory: newDirectoryId(realRandomness) };
    };

    async function usersIn(store: DirectoryStore, directory: DirectoryId, count: number) {
      const users = Array.from({ length: count }, (_, place) => newUser(`user.${place}@example.com`));
      await Promise.all(users.map((user) => store.createUser(directory, user)));
      return users;
    }

    const change = (group: Indexed<DirectoryGroup>, members: MembersChange) => ({
      before: group,
      members,
      exact: false,
      at: later,
    });

    const sortedMembers = (...members: MemberRef[]) => [...members].sort(byId);

    const outcomeOf = async (work: Promise<unknown>) => {
      try {
        return await work;
      } catch (error) {
        return error instanceof Refusal ? error.code : error;
      }
    };

    test('a created user is found by id and by every index, in its own directory only (T03, I7)', async () => {
      const { store, directory } = fresh();
      const user = newUser('Ada.Lovelace@Example.com', {
        externalId: 'Ext/1 #?%\\',
        emails: ['ada@x.org', 'AL@y.org'],
      });
      await store.createUser(directory, user);
      const found = [
        await store.user(directory, user.object.id),
        ...(await store.usersBy(directory, 'userName', 'ada.lovelace@example.com')),
        ...(await store.usersBy(directory, 'externalId', 'Ext/1 #?%\\')),
        ...(await store.usersBy(directory, 'email', 'ada@x.org')),
        ...(await store.usersBy(directory, 'email', 'al@y.org')),
      ];
      expect(found).toEqual([user.object, user.object, user.object, user.object, user.object]);
      const elsewhere = newDirectoryId(realRandomness);
      expect([
        await store.user(elsewhere, user.object.id),
        await store.usersBy(elsewhere, 'userName', user.name),
        await store.usersBy(directory, 'externalId', 'ext/1 #?%\\'),
        await store.usersBy(directory, 'email', 'ada@x'),
        await store.counts(elsewhere),
      ]).toEqual([undefined, [], [], [], { users: 0, groups: 0 }]);
    });

    test('large attributes, lone surrogates and long names come back as they were', async () => {
      const { store, directory } = fresh();
      const user = newUser(`${'é😀'.repeat(300)}@example.com`);
      const attributes = {
        ...user.object.attributes,
        note: `${'😀x'.repeat(40_000)}\ud800`,
        nested: { list: [1, null] },
      };
      const object = { ...user.object, attributes };
      await store.createUser(directory, { ...user, object });
      expect(await store.user(directory, object.id)).toEqual(object);
      expect(await store.usersBy(directory, 'userName', user.name)).toEqual([object]);
    });

    test('users that share an externalId or an e-mail are all found, in id order', async () => {
      const { store, directory } = fresh();
      const users = [
        newUser('a', { externalId: 'x', emails: ['m@x'] }),
        newUser('b', { externalId: 'x', emails: ['m@x'] }),
      ];
      for (const user of users) await store.createUser(directory, user);
      const objects = users.map(({ object }) => object).sort(byId);
      expect(await store.usersBy(directory, 'externalId', 'x')).toEqual(objects);
      expect(await store.usersBy(directory, 'email', 'm@x')).toEqual(objects);
      expect(await store.groupsBy(directory, 'externalId', 'x')).toEqual([]);
    });

    test('a taken userName is refused and leaves nothing behind (I5)', async () => {
      const { store, directory, inconsistencies } = fresh();
      await store.createUser(directory, newUser('Taken'));
      expect(await outcomeOf(store.createUser(directory, newUser('taken', { emails: ['left@over'] })))).toBe(
        'uniqueness',
      );
      expect(await store.usersBy(directory, 'email', 'left@over')).toEqual([]);
      expect(await store.counts(directory)).toEqual({ users: 1, groups: 0 });
      expect(await inconsistencies(directory)).toEqual([]);
    });

    test('a replaced user changes its indexes and frees its name; what is stale is not written', async () => {
      const { store, other, directory, inconsistencies } = fresh();
      const first = newUser('before', { externalId: 'e1', emails: ['one@x', 'two@x'] });
      await store.createUser(directory, first);
      const second = changedUser(
        first,
        { userName: 'After' },
        { externalId: 'e2', emails: ['two@x', 'three@x'] },
      );
      expect(await store.replaceUser(directory, first, second)).toBe(true);
      expect(await other.replaceUser(directory, first, changedUser(first, { userName: 'stale' }))).toBe(
        false,
      );
      const found = async (index: 'userName' | 'externalId' | 'email', key: string) =>
        (await store.usersBy(directory, index, key)).length;
      expect(await store.user(directory, first.object.id)).toEqual(second.object);
      expect([
        await found('userName', 'before'),
        await found('userName', 'after'),
        await found('userName', 'stale'),
        await found('externalId', 'e1'),
        await found('externalId', 'e2'),
        await found('email', 'one@x'),
        await found('email', 'two@x'),
        await found('email', 'three@x'),
      ]).toEqual([0, 1, 0, 0, 1, 0, 1, 1]);
      await other.createUser(directory, newUser('before'));
      expect(await inconsistencies(directory)).toEqual([]);
    });

    test('a user whose memberships change meanwhile is still replaced', async () => {
      const { store, other, directory } = fresh();
      const [user] = await usersIn(store, directory, 1);
      if (!user) throw new Error('no user');
      const read = await store.user(directory, user.object.id);
      if (!read) throw new Error('not stored');
      const group = newGroup('g');
      await other.createGroup(directory, group, [memberOfUser(user)]);
      const before = indexedUser(read);
      expect(await store.replaceUser(directory, before, changedUser(before, { title: 'Dr' }))).toBe(true);
      expect(await store.groupsOf(directory, memberOfUser(user))).toEqual([group.object.id]);
    });

    test('users and groups come by pages in every order, both ways (RFC 9865)', async () => {
      const { store, directory } = fresh();
      const names = ['delta', 'Alpha', 'charlie', 'b/ravo', 'éclair', 'b ravo', 'b.ravo'];
      const users = names.map((name) => newUser(name));
      const groups = names.map((name) => newGroup(name));
      for (const user of users) await store.createUser(directory, user);
      for (const group of groups) await store.createGroup(directory, group, []);
      const pageOf = (kind: 'user' | 'group', order: 'id' | 'name', page: object) => {
        const [userName, displayName] =
          order === 'id' ? (['id', 'id'] as const) : (['userName', 'displayName'] as const);
        if (kind === 'user') return store.users(directory, { ...page, limit: 3, order: userName });
        return store.groups(directory, { ...page, limit: 3, order: displayName });
      };
      const walk = async (kind: 'user' | 'group', order: 'id' | 'name', backwards: boolean) => {
        const seen: (DirectoryUser | DirectoryGroup)[] = [];
        for (let after = {}; ; ) {
          const page = await pageOf(kind, order, { ...after, backwards });
          seen.push(...page.items.map(({ object }) => object));
          if (!page.more) return seen;
          after = { after: page.items.at(-1)?.position };
        }
      };
      const inIdOrder = users.map(({ object }) => object).sort(byId);
      const nameOrder = ['b ravo', 'b.ravo', 'b/ravo', 'Alpha', 'charlie', 'delta', 'éclair'];
      nameOrder.sort((one, other) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1));
      const userNamed = (name: string) => users[names.indexOf(name)]?.object;
      const groupNamed = (name: string) => groups[names.indexOf(name)]?.object;
      expect(await walk('user', 'id', false)).toEqual(inIdOrder);
      expect(await walk('user', 'id', true)).toEqual(inIdOrder.toReversed());
      expect(await walk('user', 'name', false)).toEqual(nameOrder.map(userNamed));
      expect(await walk('user', 'name', true)).toEqual(nameOrder.toReversed().map(userNamed));
      expect(await walk('group', 'id', false)).toEqual(groups.map(({ object }) => object).sort(byId));
      expect(await walk('group', 'name', false)).toEqual(nameOrder.map(groupNamed));
      expect(await walk('group', 'name', true)).toEqual(nameOrder.toReversed().map(groupNamed));
    });

    test('the position of every offset is that of its row, from any known one', async () => {
      const { store, directory } = fresh();
      await usersIn(store, directory, 7);
      for (const order of ['id', 'userName'] as const) {
        const { items } = await store.users(directory, { order, limit: 10 });
        const positions = items.map(({ position }) => position);
        const from = { position: positions[2] ?? '', offset: 2 };
        for (let offset = 0; offset <= 7; offset++) {
          const walk = { kind: 'user', order, offset } as const;
          expect(await store.positionAt(directory, walk)).toBe(positions[offset]);
          expect(await store.positionAt(directory, { ...walk, from })).toBe(positions[offset]);
        }
      }
    });

    test('members are added and removed idempotently, unknown ones are told, nothing is written for nothing', async () => {
      const { store, directory, inconsistencies } = fresh();
      const users = await usersIn(store, directory, 3);
      const [a, b, c] = users.map(memberOfUser) as [MemberRef, MemberRef, MemberRef];
      const ghost: MemberRef = { kind: 'user', id: newUserId(realRandomness) };
      const group = newGroup('team');
      const created = await store.createGroup(directory, group, [a, ghost]);
      expect(created).toEqual({ added: 1, removed: 0, unknown: [ghost], group: group.object });
      const changed = await store.changeGroup(directory, change(group, add(a, b, ghost)));
      expect(changed).toEqual({
        added: 1,
        removed: 0,
        unknown: [ghost],
        group: { ...group.object, membersStamp: expect.any(String), lastModified: later },
      });
      const stored = await store.group(directory, group.object.id);
      expect(stored).toEqual(changed?.group);
      const entries = (await store.outbox(directory, all)).length;
      const current = indexedGroup(stored as DirectoryGroup);
      const nothing = { added: 0, removed: 0, unknown: [], group: stored };
      expect(await store.changeGroup(directory, change(current, add(a, b)))).toEqual(nothing);
      expect(await store.changeGroup(directory, change(current, remove(c)))).toEqual(nothing);
      expect((await store.outbox(directory, all)).length).toBe(entries);
      expect(await store.group(directory, group.object.id)).toEqual(stored);
      expect(await store.members(directory, group.object.id, all)).toEqual({ members: sortedMembers(a, b) });
      expect(await store.membersAmong(directory, group.object.id, [c, b, a])).toEqual([b, a]);
      expect(await inconsistencies(directory)).toEqual([]);
    });

    test('a change of 70 members, a replacement and a clearing are exact beyond one transaction', async () => {
      const { store, other, directory, inconsistencies } = fresh();
      const users = (await usersIn(store, directory, 80)).map(memberOfUser);
      const group = newGroup('large');
      const first = await store.createGroup(directory, group, users.slice(0, 70));
      expect({ ...first, group: undefined }).toEqual({
        added: 70,
        removed: 0,
        unknown: [],
        group: undefined,
      });
      const replaced = await other.changeGroup(
        directory,
        change(indexedGroup(first.group), { replace: true, add: users.slice(60), remove: [] }),
      );
      expect({ ...replaced, group: undefined }).toEqual({
        added: 10,
        removed: 60,
        unknown: [],
        before: 70,
        group: undefined,
      });
      const page = await store.members(directory, group.object.id, { limit: 12 });
      const rest = await store.members(directory, group.object.id, { limit: 12, after: page.next ?? '' });
      expect([...page.members, ...rest.members]).toEqual(sortedMembers(...users.slice(60)));
      expect([page.next, rest.next]).toEqual([page.members.at(-1)?.id, undefined]);
      const cleared = await store.changeGroup(
        directory,
        change(group, { replace: true, add: [], remove: [] }),
      );
      expect({ ...cleared, group: undefined }).toEqual({
        added: 0,
        removed: 20,
        unknown: [],
        before: 20,
        group: undefined,
      });
      expect(await store.members(directory, group.object.id, all)).toEqual({ members: [] });
      expect(await inconsistencies(directory)).toEqual([]);
    });

    test('attributes and members of a group change as one; stale and exact changes are told apart', async () => {
      const { store, other, directory, inconsistencies } = fresh();
      const [a, b] = (await usersIn(store, directory, 2)).map(memberOfUser) as [MemberRef, MemberRef];
      const group = newGroup('Old', 'ext');
      const taken = newGroup('Taken');
      await store.createGroup(directory, group, []);
      await store.createGroup(directory, taken, []);
      const renamed = changedGroup(group, 'New');
      const done = await store.changeGroup(directory, { ...change(group, add(a)), after: renamed });
      const expected = { ...renamed.object, membersStamp: expect.any(String), lastModified: later };
      expect(done).toEqual({ added: 1, removed: 0, unknown: [], group: expected });
      expect(await store.groupsBy(directory, 'displayName', 'new')).toEqual([done?.group]);
      expect(await store.groupsBy(directory, 'displayName', 'old')).toEqual([]);
      expect(await store.groupsBy(directory, 'externalId', 'ext')).toEqual([]);
      const stale = { ...change(group, add(b)), after: changedGroup(group, 'Third') };
      expect(await other.changeGroup(directory, stale)).toBeUndefined();
      expect(await other.changeGroup(directory, { ...change(group, add(b)), exact: true })).toBeUndefined();
      const current = indexedGroup(done?.group as DirectoryGroup);
      const clash = { ...change(current, add(b)), after: changedGroup(current, 'taken') };
      expect(await outcomeOf(store.changeGroup(directory, clash))).toBe('uniqueness');
      expect(await store.members(directory, group.object.id, all)).toEqual({ members: [a] });
      expect(await inconsistencies(directory)).toEqual([]);
    });

    test('nested groups are members with edges, in a circle too, and go with either end', async () => {
      const { store, directory, inconsistencies } = fresh();
      const [outer, inner] = [newGroup('outer'), newGroup('inner')];
      await store.createGroup(directory, inner, []);
      await store.createGroup(directory, outer, [memberOfGroup(inner)]);
      await store.changeGroup(directory, change(inner, add(memberOfGroup(outer), memberOfGroup(inner))));
      const edge = (group: Indexed<DirectoryGroup>, member: Indexed<DirectoryGroup>) => ({
        group: group.object.id,
        member: memberOfGroup(member),
      });
      const edges = await store.nestingEdges(directory);
      expect(new Set(edges.map((one) => JSON.stringify(one)))).toEqual(
        new Set(
          [edge(outer, inner), edge(inner, outer), edge(inner, inner)].map((one) => JSON.stringify(one)),
        ),
      );
      expect(await store.groupsOf(directory, memberOfGroup(outer))).toEqual([inner.object.id]);
      const current = await store.group(directory, inner.object.id);
      expect(await store.deleteGroup(directory, indexedGroup(current as DirectoryGroup), later)).toBe(true);
      expect(await store.nestingEdges(directory)).toEqual([]);
      expect(await store.members(directory, outer.object.id, all)).toEqual({ members: [] });
      expect(await inconsistencies(directory)).toEqual([]);
    });

    test('a deleted user leaves nothing and frees its name; a second deletion is told', async () => {
      const { store, directory, inconsistencies } = fresh();
      const [user, kept] = (await usersIn(store, directory, 2)) as [
        Indexed<DirectoryUser>,
        Indexed<DirectoryUser>,
      ];
      const groups = Array.from({ length: 40 }, (_, place) => newGroup(`group ${place}`));
      for (const group of groups) await store.createGroup(directory, group, [user, kept].map(memberOfUser));
      const read = indexedUser((await store.user(directory, user.object.id)) as DirectoryUser);
      expect(await store.deleteUser(directory, read, later)).toBe(true);
      expect(await store.deleteUser(directory, read, later)).toBe(false);
      expect(await store.user(directory, user.object.id)).toBeUndefined();
      expect(await store.groupsOf(directory, memberOfUser(user))).toEqual([]);
      const first = groups[0]?.object.id;
      if (first)
        expect(await store.members(directory, first, all)).toEqual({ members: [memberOfUser(kept)] });
      await store.createUser(directory, newUser(String(user.object.attributes['userName'])));
      expect(await store.counts(directory)).toEqual({ users: 2, groups: 40 });
      expect(await inconsistencies(directory)).toEqual([]);
    });

    test('every change is in the outbox, in order, and pages of it are complete (DESIGN §4.2)', async () => {
      const { store, directory } = fresh();
      const user = newUser('u');
      const group = newGroup('g');
      const member = memberOfUser(user);
      await store.createUser(directory, user);
      const after = changedUser(user, { title: 'x' });
      await store.replaceUser(directory, user, after);
      await store.createGroup(directory, group, [member]);
      await store.changeGroup(directory, change(group, remove(member)));
      await store.deleteGroup(directory, group, later);
      await store.deleteUser(directory, after, later);
      const entries = await store.outbox(directory, all);
      expect(entries.map(({ change: told }) => told)).toEqual([
        { kind: 'user-created', user: user.object.id, version: 1 },
        { kind: 'user-changed', user: user.object.id, version: 2 },
        { kind: 'group-created', group: group.object.id, version: 1 },
        {
          kind: 'members-changed',
          group: group.object.id,
          added: [member],
          removed: [],
          request: asked({ adds: 1, removes: 0, before: 0 }),
        },
        {
          kind: 'members-changed',
          group: group.object.id,
          added: [],
          removed: [member],
          request: asked({ adds: 0, removes: 1 }),
        },
        { kind: 'group-deleted', group: group.object.id, version: 1 },
        { kind: 'user-deleted', user: user.object.id, version: 2 },
      ]);
      const paged = [];
      for (let afterKey: string | undefined; ; ) {
        const page = await store.outbox(directory, {
          limit: 2,
          ...(afterKey === undefined ? {} : { after: afterKey }),
        });
        if (page.length === 0) break;
        paged.push(...page);
        afterKey = page.at(-1)?.key;
      }
      expect(paged).toEqual(entries);
    });

    test('all entries of one replacement say which it was, how many members there were and how many go (XE-06)', async () => {
      const { store, directory } = fresh();
      const members = (await usersIn(store, directory, 120)).map(memberOfUser);
      const group = newGroup('g');
      await store.createGroup(directory, group, members);
      const [kept] = members;
      const only = kept === undefined ? [] : [kept];
      const outcome = await store.changeGroup(
        directory,
        change(group, { replace: true, add: only, remove: [] }),
      );
      expect([outcome?.removed, outcome?.before]).toEqual([119, 120]);
      const told = (await store.outbox(directory, all)).flatMap((entry) =>
        entry.change.kind === 'members-changed' ? [entry.change] : [],
      );
      const byRequest = Map.groupBy(told, ({ request }) => request?.id);
      const sums = [...byRequest.values()].map((parts) => ({
        requests: new Set(parts.map(({ request }) => JSON.stringify(request))).size,
        of: parts[0]?.request,
        added: parts.reduce((sum, { added }) => sum + added.length, 0),
        removed: parts.reduce((sum, { removed }) => sum + removed.length, 0),
      }));
      expect(sums).toEqual([
        { requests: 1, of: asked({ adds: 120, removes: 0, before: 0 }), added: 120, removed: 0 },
        { requests: 1, of: asked({ adds: 0, removes: 119, before: 120 }), added: 0, removed: 119 },
      ]);
    });

    test('a deleted directory leaves no row, and its neighbour whole', async () => {
      const { store, directory, inconsistencies } = fresh();
      const neighbour = newDirectoryId(realRandomness);
      const users = await usersIn(store, directory, 40);
      await store.createGroup(directory, newGroup('g'), users.map(memberOfUser));
      await store.createUser(neighbour, newUser('n'));
      let calls = 1;
      while (!(await store.deleteDirectory(directory)) && calls < 10) calls++;
      expect(await store.counts(directory)).toEqual({ users: 0, groups: 0 });
      expect(await store.outbox(directory, all)).toEqual([]);
      expect((await store.users(directory, { order: 'id', limit: 10 })).items).toEqual([]);
      expect(await store.counts(neighbour)).toEqual({ users: 1, groups: 0 });
      expect(await inconsistencies(directory)).toEqual([]);
    });

    test('200 parallel creates of one name give one user and no leftovers (T26)', async () => {
      const { store, other, directory, inconsistencies } = fresh();
      const outcomes = await Promise.all(
        Array.from({ length: 200 }, (_, place) =>
          outcomeOf(
            (place % 2 ? store : other).createUser(directory, newUser('Same', { emails: [`${place}@x`] })),
          ),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === undefined).length).toBe(1);
      expect(outcomes.filter((outcome) => outcome === 'uniqueness').length).toBe(199);
      expect(await store.counts(directory)).toEqual({ users: 1, groups: 0 });
      expect(await inconsistencies(directory)).toEqual([]);
    });

    test('50 parallel renames to one name give one holder (T26)', async () => {
      const { store, directory, inconsistencies } = fresh();
      const users = await usersIn(store, directory, 50);
      const outcomes = await Promise.all(
        users.map((user) =>
          outcomeOf(store.replaceUser(directory, user, changedUser(user, { userName: 'One' }))),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === true).length).toBe(1);
      expect(outcomes.filter((outcome) => outcome === 'uniqueness').length).toBe(49);
      expect((await store.usersBy(directory, 'userName', 'one')).length).toBe(1);
      expect(await inconsistencies(directory)).toEqual([]);
    });

    test('200 parallel adds and 50 removes to one group lose nothing and none fails (T26, I2)', async () => {
      const { store, other, directory, inconsistencies } = fresh();
      const users = (await usersIn(store, directory, 250)).map(memberOfUser);
      const group = newGroup('busy');
      await store.createGroup(directory, group, users.slice(200));
      const outcomes = await Promise.all(
        users.map((user, place) =>
          outcomeOf(
            (place % 2 ? store : other).changeGroup(
              directory,
              change(group, place < 200 ? add(user) : remove(user)),
            ),
          ),
        ),
      );
      expect(outcomes.map((outcome) => typeof outcome)).toEqual(users.map(() => 'object'));
      const { members } = await store.members(directory, group.object.id, all);
      expect(members).toEqual(sortedMembers(...users.slice(0, 200)));
      expect(await inconsistencies(directory)).toEqual([]);
    });

    test('a user deleted while 50 groups add it leaves no row with its id (T26, I6)', async () => {
      const { store, other, directory, inconsistencies } = fresh();
      const [user] = (await usersIn(store, directory, 1)) as [Indexed<DirectoryUser>];
      const groups = Array.from({ length: 50 }, (_, place) => newGroup(`group ${place}`));
      await Promise.all(groups.map((group) => store.createGroup(directory, group, [])));
      const [deleted] = await Promise.all([
        store.deleteUser(directory, user, later),
        ...groups.map((group, place) =>
          (place % 2 ? store : other).changeGroup(directory, change(group, add(memberOfUser(user)))),
        ),
      ]);
      expect(deleted).toBe(true);
      expect(await store.groupsOf(directory, memberOfUser(user))).toEqual([]);
      expect(await store.counts(directory)).toEqual({ users: 0, groups: 50 });
      expect(await inconsistencies(directory)).toEqual([]);
    });

    test('a group deleted while members are added leaves no membership (T26, I6)', async () => {
      const { store, other, directory, inconsistencies } = fresh();
      const users = (await usersIn(store, directory, 60)).map(memberOfUser);
      const group = newGroup('doomed');
      await store.createGroup(directory, group, users.slice(0, 10));
      const [deleted] = await Promise.all([
        other.deleteGroup(directory, group, later),
        ...users.slice(10).map((user) => store.changeGroup(directory, change(group, add(user)))),
      ]);
      expect(deleted).toBe(true);
      const left = await Promise.all(users.map((user) => store.groupsOf(directory, user)));
      expect(left.flat()).toEqual([]);
      expect(await store.counts(directory)).toEqual({ users: 60, groups: 0 });
      expect(await inconsistencies(directory)).toEqual([]);
    });

    test('nothing is interrupted where nobody died', async () => {
      const { store, directory } = fresh();
      await usersIn(store, directory, 2);
      expect(await store.completeInterrupted(directory, Date.now() + 1000)).toBe(0);
    });
  });
}

const asked = (counts: object) => ({ id: expect.any(String), ...counts });
