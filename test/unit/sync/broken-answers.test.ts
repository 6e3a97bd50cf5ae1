import { expect, test } from '@jest/globals';
import type { GraphAnswer, GraphFaultKind, GraphReader, ListPage } from '../../../shared/sync/graph-port.ts';
import type { NestedSettings } from '../../../shared/sync/settings.ts';
import type { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { forgetTokens, graphAnswers, group, synced, told, user } from './small-tenant.ts';

// T09, graph.md §7 rule 5: unknown is not empty, whichever list it is that Graph does not tell. Deltas, and what a check reads, are in
// rules.test.ts; one user read by himself is in test/unit/admin/nested.test.ts.

const faults: readonly GraphFaultKind[] = [
  'throttled',
  'resync-required',
  'token-dead',
  'unauthorized',
  'forbidden',
  'not-found',
  'transient',
  'malformed',
];

type List = 'userList' | 'groupList' | 'groupMembers' | 'groupsOf' | 'appRoleAssignedTo';

interface Case {
  readonly list: List;
  readonly settings: Partial<NestedSettings>;
  /** What makes the next run read it. */
  readonly begin: (sync: SimulatedSync) => Promise<void> | void;
}

const listed = { baseline: 'lists', baselineWaitSeconds: 0 } as const;
const application = '99999999-0000-4000-8000-000000000001';
const inScope = {
  scope: { kind: 'application', servicePrincipalId: application, reading: 'effective' },
} as const;

const cases: Readonly<Record<string, Case>> = {
  'list of users': { list: 'userList', settings: listed, begin: forgetTokens },
  'list of groups': { list: 'groupList', settings: listed, begin: forgetTokens },
  'lists of all members': { list: 'groupMembers', settings: listed, begin: forgetTokens },
  'list of the members of a contested group': {
    ...{ list: 'groupMembers', settings: {} },
    begin: ({ tenant }) => {
      tenant.faults = { ...tenant.faults, disorder: 1 };
      for (const type of [undefined, 'user'] as const) tenant.setMember(group(1), user(1), type);
    },
  },
  'list of the groups of a restored user': {
    ...{ list: 'groupsOf', settings: {} },
    begin: async (sync) => {
      sync.tenant.setUser(user(1), 'soft-deleted');
      await sync.sync();
      sync.tenant.setUser(user(1), 'live');
    },
  },
  'list of who is assigned': {
    ...{ list: 'appRoleAssignedTo', settings: inScope },
    // The check is due again.
    begin: (sync) => sync.advance(7_200_000),
  },
};

/** Six groups, user 1 in all of them, and assigned to an application one by one: no list fits on one page. */
async function allRead(settings: Partial<NestedSettings>): Promise<SimulatedSync> {
  const everybody = [1, 2, 3, 4, 5, 6].map((index) => ['user', index] as const);
  const others = Object.fromEntries([2, 3, 4, 5, 6].map((index) => [index, [['user', 1] as const]]));
  const sync = await synced({ users: 6, groups: { 1: everybody, ...others } });
  graphAnswers(sync, () => ({
    appRoleAssignedTo: async (_, link) => {
      const from = link === undefined ? 0 : 3;
      const items = [1, 2, 3, 4, 5, 6].slice(from, from + 3).map((index) => ({
        ...{ principalId: group(index), principalType: 'Group' },
      }));
      return {
        kind: 'read',
        value: { items, ...(from === 0 ? { next: 'more' } : {}) },
        calls: 1,
        resourceUnits: 2,
      };
    },
  }));
  await sync.sync(settings);
  return sync;
}

/** The list is not answered, from its first page on or after it. */
const broken =
  (list: List, kind: GraphFaultKind, isLater: boolean) =>
  (reader: GraphReader): Partial<GraphReader> => {
    const fault = { kind: 'fault', fault: { kind, detail: 'broken' } } as const;
    const read = reader[list] as ((...of: never[]) => Promise<GraphAnswer<ListPage<never>>>) | undefined;
    const answer = async (...of: never[]) => {
      const link: unknown = list === 'userList' || list === 'groupList' ? of[0] : of[1];
      return isLater && link === undefined ? await read?.(...of) : fault;
    };
    return { [list]: answer };
  };

const pairs = ({ copy }: SimulatedSync): ReadonlySet<string> => new Set(copy);

const table = Object.keys(cases).flatMap((name) =>
  faults.flatMap((fault) => [false, true].map((isLater) => [name, fault, isLater] as const)),
);

test.each(table)(
  'no removal leaves a run whose %s is answered %s (on a later page: %s) (T09, rule 5)',
  async (name, fault, isLater) => {
    const { list, settings, begin } = cases[name] as Case;
    const sync = await allRead(settings);
    const all = told(sync);
    await begin(sync);
    const before = pairs(sync);
    expect(before.size).toBeGreaterThanOrEqual(5);
    const asked = { times: 0 };
    const mend = graphAnswers(sync, (reader) => {
      asked.times++;
      return broken(list, fault, isLater)(reader);
    });
    await sync.sync(settings);
    expect(before.difference(pairs(sync))).toEqual(new Set());
    mend();
    sync.tenant.setMember(group(1), user(6), undefined);
    sync.advance(7_200_000);
    await sync.sync(settings);
    await sync.sync(settings);
    expect(told(sync)).toEqual({ ...all, 1: [1, 2, 3, 4, 5] });
  },
);
