import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { GroupId } from '../../../shared/model/ids.ts';
import { tableNestedStore } from '../../../shared/storage/table-nested-store.ts';
import type { GraphReader, MemberEntry } from '../../../shared/sync/graph-port.ts';
import { partsOfPage } from '../../../shared/sync/page-parts.ts';
import { Died } from '../../support/sync/simulated-processes.ts';
import { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';
import { graphAnswers, group, user } from './small-tenant.ts';

const prefix = 'largepages';
const { table } = tableUnderTest(prefix);

beforeAll(() => makeTable(prefix));

const members = (count: number, idOf: (index: number) => string): readonly MemberEntry[] =>
  Array.from({ length: count }, (_, index) => ({ id: idOf(index), type: 'user', removed: false }));

/** Random ids do not become shorter when they are compressed. */
const many = members(60_000, () => randomUUID());

/** The first page of groups tells of one group with all of these, and nothing else. */
const inOnePage = (all: readonly MemberEntry[]) => (reader: GraphReader) => ({
  groupsDelta: async (from: Parameters<GraphReader['groupsDelta']>[0]) => {
    const answer = await reader.groupsDelta(from);
    if (answer.kind === 'fault' || from.kind !== 'beginning') return answer;
    const fields = { displayName: 'Large' };
    const items = [{ kind: 'present' as const, id: GroupId.parse(group(1)), fields, members: all }];
    return { ...answer, value: { ...answer.value, items } };
  },
});

test('a delta page of 60,000 members is staged as several that fit a row each (graph.md §1.1)', async () => {
  const sync = new SimulatedSync(1, tableNestedStore(table));
  graphAnswers(sync, inOnePage(many));
  const run = await sync.sync({}, 'dry-run');
  expect(run).toMatchObject({ status: 'done', groups: { items: 1, pages: 24 } });
  expect(run.plan?.counts.directAdded).toBe(60_000);
});

test('a page of a list of 60,000 members is, too', async () => {
  const sync = new SimulatedSync(2, tableNestedStore(tableUnderTest(prefix).table));
  sync.tenant.setUser(user(1), 'live');
  sync.tenant.setGroup(group(1), 'live');
  sync.tenant.setMember(group(1), user(1), 'user');
  await sync.sync();
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) => {
      const answer = await reader.groupMembers(id, link);
      return answer.kind === 'fault' ? answer : { ...answer, value: { items: many } };
    },
  }));
  sync.tenant.faults = { ...sync.tenant.faults, disorder: 1 };
  sync.tenant.setMember(group(1), user(1), undefined);
  sync.tenant.setMember(group(1), user(1), 'user');
  const run = await sync.sync({}, 'dry-run');
  expect(run).toMatchObject({ status: 'done', rereadPages: { [group(1)]: 24 } });
});

test('a process that dies between the parts of a page reads it again, and no member is lost or twice (F1)', async () => {
  const large = members(6000, (index) => user(index + 1));
  const decided = async (onWrite: () => void) => {
    const sync = Object.assign(new SimulatedSync(3), { onWrite, gathering: { writes: 1, seconds: 10 } });
    for (const index of [1, 3000, 6000]) sync.tenant.setUser(user(index), 'live');
    graphAnswers(sync, inOnePage(large));
    const { groups, plan } = await sync.sync({}, 'dry-run');
    return { pages: groups.pages, plan };
  };
  let writes = 0;
  const undisturbed = await decided(() => {
    writes++;
  });
  const counts = { directAdded: 6000, membershipsAdded: 3 };
  expect(undisturbed).toMatchObject({ pages: 3, plan: { counts } });
  expect(writes).toBeGreaterThan(10);
  for (let fatal = 1; fatal <= writes; fatal++) {
    let count = 0;
    const survived = await decided(() => {
      if (++count === fatal) throw new Died();
    });
    expect(survived).toEqual(undisturbed);
  }
});

test('parts say what the page said, in its order; a group goes on in the next part without its fields', () => {
  const present = { kind: 'present' as const, fields: { displayName: 'x' } };
  const items = [
    { ...present, id: GroupId.parse(group(1)), members: members(3000, user) },
    { kind: 'removed' as const, id: GroupId.parse(group(2)), reason: 'deleted' as const },
    { ...present, id: GroupId.parse(group(3)), members: [] },
    { ...present, id: GroupId.parse(group(4)) },
  ];
  const [one, three, four] = [items[0], items[2], items[3]];
  const split = partsOfPage({ kind: 'groups', items: structuredClone(items) as never });
  expect(split).toEqual({
    kind: 'parts',
    parts: [
      { kind: 'groups', items: [{ ...one, members: members(2500, user) }] },
      {
        kind: 'groups',
        items: [{ ...one, fields: {}, members: members(3000, user).slice(2500) }, items[1], three, four],
      },
    ],
  });
  expect(partsOfPage({ kind: 'users', items: [] })).toEqual({ kind: 'parts', parts: [] });
});

test('an object that no row could take is an answer that cannot be right', async () => {
  const sync = new SimulatedSync(4);
  sync.tenant.setUser(user(1), 'live', { displayName: 'x'.repeat(120_000) });
  const run = await sync.sync();
  expect(run).toMatchObject({ status: 'failed', failure: { code: 'graph_malformed' } });
});
