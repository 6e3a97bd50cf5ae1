import { describe, expect, test } from '@jest/globals';
import type { DirectoryStore, Indexed } from '../../../shared/directory/directory-store.ts';
import type { DirectoryGroup, DirectoryUser } from '../../../shared/model/directory-object.ts';
import type { DirectoryId, MemberRef } from '../../../shared/model/ids.ts';
import { newDirectoryId } from '../../../shared/model/new-ids.ts';
import type { RowChange } from '../../../shared/storage/batch.ts';
import { findInconsistencies } from '../../../shared/storage/consistency.ts';
import { tableDirectoryStore } from '../../../shared/storage/table-directory-store.ts';
import { rowsOf, writeRows } from '../../support/directory-copy.ts';
import {
  changedGroup,
  changedUser,
  later,
  memberOfUser,
  newGroup,
  newUser,
  realRandomness,
} from '../../support/directory-objects.ts';
import { inWordsOfOutbox, named, storedState, toldState } from '../../support/directory-state.ts';
import { Died } from '../../support/fault-policy.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

const manyMembers = 70;

/** One write, in a directory that is made for it by what comes before. */
interface Scenario {
  readonly prepare: (at: Place) => Promise<World>;
  readonly act: (at: Place, world: World) => Promise<unknown>;
}

interface Place {
  readonly store: DirectoryStore;
  readonly directory: DirectoryId;
}

interface World {
  readonly users: readonly Indexed<DirectoryUser>[];
  readonly group: Indexed<DirectoryGroup>;
}

async function usersIn({ store, directory }: Place, count: number) {
  const users = Array.from({ length: count }, (_, place) =>
    newUser(`user${place}`, { externalId: `x${place}`, emails: [`${place}@x`] }),
  );
  await Promise.all(users.map((user) => store.createUser(directory, user)));
  return users;
}

const prepared = (userCount: number, memberCount: number) => async (at: Place) => {
  const users = await usersIn(at, userCount);
  const group = newGroup('group', 'ext');
  await at.store.createGroup(at.directory, group, users.slice(0, memberCount).map(memberOfUser));
  return { users, group };
};

const first = ([user]: readonly Indexed<DirectoryUser>[]) => {
  if (!user) throw new Error('the scenario has no user');
  return user;
};

const change = (group: Indexed<DirectoryGroup>, add: readonly MemberRef[], replace = false) => ({
  before: group,
  members: { replace, add, remove: [] },
  exact: false,
  at: later,
});

const scenarios: Record<string, Scenario> = {
  'create a user': {
    prepare: prepared(0, 0),
    act: ({ store, directory }) =>
      store.createUser(directory, newUser('new', { externalId: 'n', emails: ['n@x'] })),
  },
  'rename a user': {
    prepare: prepared(1, 1),
    act: ({ store, directory }, { users }) =>
      store.replaceUser(
        directory,
        first(users),
        changedUser(first(users), { userName: 'renamed' }, { emails: ['r@x'] }),
      ),
  },
  'delete a user': {
    prepare: prepared(2, 2),
    act: ({ store, directory }, { users }) => store.deleteUser(directory, first(users), later),
  },
  'delete a user in 70 groups': {
    prepare: async (at) => {
      const world = await prepared(1, 1)(at);
      const groups = Array.from({ length: manyMembers }, (_, place) => newGroup(`g${place}`));
      const members = world.users.map(memberOfUser);
      await Promise.all(groups.map((group) => at.store.createGroup(at.directory, group, members)));
      return world;
    },
    act: ({ store, directory }, { users }) => store.deleteUser(directory, first(users), later),
  },
  'create a group with 70 members': {
    prepare: prepared(manyMembers, 0),
    act: ({ store, directory }, { users }) =>
      store.createGroup(directory, newGroup('new', 'n'), users.map(memberOfUser)),
  },
  'add 70 members': {
    prepare: prepared(manyMembers + 5, 5),
    act: ({ store, directory }, { group, users }) =>
      store.changeGroup(directory, change(group, users.slice(5).map(memberOfUser))),
  },
  'replace 70 members': {
    prepare: prepared(80, manyMembers),
    act: ({ store, directory }, { group, users }) =>
      store.changeGroup(directory, change(group, users.slice(60).map(memberOfUser), true)),
  },
  'rename a group and add 40 members': {
    prepare: prepared(40, 0),
    act: ({ store, directory }, { group, users }) =>
      store.changeGroup(directory, {
        ...change(group, users.map(memberOfUser)),
        after: changedGroup(group, 'renamed', 'ext2'),
      }),
  },
  'delete a group with 70 members': {
    prepare: prepared(manyMembers, manyMembers),
    act: ({ store, directory }, { group }) => store.deleteGroup(directory, group, later),
  },
};

/** A table for one scenario: the emulator's ranges cost what the whole table holds. */
async function simulation(prefix: string) {
  await makeTable(prefix);
  const { table, wire } = tableUnderTest(prefix);
  const store = () => tableDirectoryStore(table, realRandomness);
  const opened = (): Place => ({ store: store(), directory: newDirectoryId(realRandomness) });
  return {
    wire,
    opened,
    rows: ({ directory }: Place) => rowsOf(table, directory),
    /** A directory like the prepared one, and a process that knows nothing of it yet. */
    copied: async (rows: readonly RowChange[]): Promise<Place> => {
      const place = opened();
      await writeRows(table, place.directory, rows);
      return place;
    },
    /** Who takes over after the crash: another process, when what is left is old enough. */
    recovered: async ({ directory }: Place): Promise<Place> => {
      wire.inject(undefined);
      const place = { store: store(), directory };
      await place.store.completeInterrupted(directory, Date.now() + 60_000);
      return place;
    },
    /** The state, after it was found whole: rows that fit each other, and all of it told in the outbox. */
    wholeState: async ({ store: asked, directory }: Place) => {
      const [faults, state, told] = await Promise.all([
        findInconsistencies(table, directory),
        storedState(asked, directory),
        toldState(asked, directory),
      ]);
      expect(faults).toEqual([]);
      expect(told).toEqual(inWordsOfOutbox(state));
      return named(state);
    },
  };
}

const never = Number.POSITIVE_INFINITY;

describe.each(Object.entries(scenarios))('%s', (name, { prepare, act }) => {
  const prefix = `crash${Object.keys(scenarios).indexOf(name)}`;

  test('survives a crash before and after each storage call, wholly or not at all (F1, I4, I6)', async () => {
    const { wire, opened, rows, copied, recovered, wholeState } = await simulation(`${prefix}a`);
    const template = opened();
    const world = await prepare(template);
    const before = await wholeState(template);
    const start = await rows(template);
    const calm = await copied(start);
    wire.inject({ kind: 'die-before', call: never });
    await act(calm, world);
    const calls = wire.calls();
    const after = await wholeState(await recovered(calm));
    const seen = new Set<string>();
    for (let call = 1; call <= calls; call++) {
      for (const kind of ['die-before', 'die-after'] as const) {
        const place = await copied(start);
        wire.inject({ kind, call });
        await expect(act(place, world)).rejects.toThrow(Died);
        const state = await wholeState(await recovered(place));
        expect([before, after]).toContainEqual(state);
        seen.add(JSON.stringify(state) === JSON.stringify(before) ? 'not at all' : 'wholly');
      }
    }
    expect(seen).toEqual(new Set(['not at all', 'wholly']));
  });

  test('is done once when any answer is lost (F2)', async () => {
    const { wire, opened, rows, copied, wholeState } = await simulation(`${prefix}b`);
    const template = opened();
    const world = await prepare(template);
    const start = await rows(template);
    const calm = await copied(start);
    wire.inject({ kind: 'lose-answer', call: never });
    const result = await act(calm, world);
    const calls = wire.calls();
    const expected = await wholeState(calm);
    for (let call = 1; call <= calls; call++) {
      const place = await copied(start);
      wire.inject({ kind: 'lose-answer', call });
      const outcome = await act(place, world);
      wire.inject(undefined);
      expect(counted(outcome)).toEqual(counted(result));
      expect(await wholeState(place)).toEqual(expected);
    }
  });
});

/** The outcome of a write without stamps, which differ from run to run. */
const counted = (outcome: unknown) =>
  typeof outcome === 'object' && outcome !== null ? { ...outcome, group: undefined } : outcome;
