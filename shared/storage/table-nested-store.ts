import type { TableClient } from '@azure/data-tables';
import { type DirectoryId, GroupId, UserId } from '../model/ids.ts';
import type { MemberType } from '../sync/graph-port.ts';
import type { GroupFacts, NestedDirectoryStore, PackedMembers } from '../sync/nested-store.ts';
import { JournalPart, NestedOutboxEntry, StagedPage } from '../sync/round-records.ts';
import { SyncRun } from '../sync/run-records.ts';
import { newSyncState, SyncState } from '../sync/sync-state.ts';
import { submitBatch } from './batch.ts';
import { rowSchema } from './directory-rows.ts';
import { assignedReader, withAssigned } from './nested/assigned-rows.ts';
import { deadObjectsOf } from './nested/dead-objects.ts';
import { commitFenced, commitWhole } from './nested/fenced-commit.ts';
import { commitFitting } from './nested/fitting-commit.ts';
import { keepAssigned } from './nested/kept-assigned.ts';
import { leases } from './nested/lease.ts';
import {
  allChunksOf,
  cancelKey,
  factsKey,
  groupRowKey,
  heldOf,
  journalPartKey,
  nestedPrefix,
  outboxRowKey,
  reverseRowKey,
  runKey,
  stagedKey,
  stateKey,
  typeInKey,
  userRowKey,
} from './nested/nested-keys.ts';
import {
  FactsRow,
  GroupStandingRow,
  jsonOf,
  parseNestedGroup,
  parseNestedUser,
} from './nested/nested-rows.ts';
import { type NestedTable, nestedTable } from './nested/nested-table.ts';
import { unpackValue } from './nested/packed-value.ts';
import { rowsByKey } from './nested/rows-by-key.ts';
import { discarded, forgottenRuns } from './nested/run-rows.ts';
import { settle } from './nested/settled.ts';
import { guidOfHex, hexIds, hexOfGuid, packedHex } from './nested/sorted-ids.ts';
import { idsInRow, isSpread, ownKeyOf, storedIds } from './nested/spread-ids.ts';
import { journalPartsOf, stagedPagesOf } from './nested/staged-ranges.ts';
import { available } from './storage-busy.ts';

/** The state of `nested` directories in table `directory`, one partition each. */
export function tableNestedStore(table: TableClient): NestedDirectoryStore {
  const shared = nestedTable(table);
  const lease = leases(shared);
  return {
    acquire: lease.acquire,
    renew: lease.renew,
    release: lease.release,
    isLeased: lease.isLeased,
    ...commitsOf(shared, lease),
    ...readsOfRuns(shared),

    async orderCancel(directory, run) {
      const order = { action: 'upsert' as const, rowKey: cancelKey(run), row: { schema: rowSchema } };
      await available(submitBatch(table, directory, [order]));
    },
    isCancelOrdered: async (directory, run) => (await shared.row(directory, cancelKey(run))) !== undefined,

    async users(directory, ids) {
      const rows = await rowsByKey(shared, directory, ids.map(userRowKey));
      return ids.flatMap((id) => rows.get(userRowKey(id)) ?? []).map(parseNestedUser);
    },
    async groups(directory, ids) {
      const rows = await rowsByKey(shared, directory, ids.map(groupRowKey));
      return ids.flatMap((id) => rows.get(groupRowKey(id)) ?? []).map(parseNestedGroup);
    },
    async *userPages(directory) {
      for await (const page of shared.pages(directory, nestedPrefix.user)) yield page.map(parseNestedUser);
    },
    async *groupPages(directory) {
      for await (const page of shared.pages(directory, nestedPrefix.group)) yield page.map(parseNestedGroup);
    },
    deadObjects: (directory, from) => deadObjectsOf(shared, directory, from),
    async *countingUsers(directory) {
      const options = { select: ['counts'], filter: 'counts eq true' };
      for await (const page of shared.pages(directory, nestedPrefix.user, options)) {
        yield packedHex(
          page.map(({ rowKey }) => hexOfGuid(UserId.parse(rowKey.slice(nestedPrefix.user.length)))),
        );
      }
    },

    nesting: (directory) => nestingOf(shared, directory),
    members: (directory, group) => membersOf(shared, directory, group),
    async groupsOf(directory, members) {
      const rows = await rowsByKey(shared, directory, members.map(reverseRowKey));
      const groups = new Map<string, Uint8Array>();
      for (const member of members) {
        const row = rows.get(reverseRowKey(member));
        if (row !== undefined) groups.set(member, (await storedIds(shared, directory, row)).ids);
      }
      return groups;
    },
    heldMembers: (directory, group) => heldMembersOf(shared, directory, group),

    isBlank: (directory) => isBlank(shared, directory),

    async staged(directory, key) {
      const found = await shared.row(directory, stagedKey(key));
      return found && StagedPage.parse(unpackValue(found));
    },
    stagedPages: (directory, range) => stagedPagesOf(shared, directory, range),
    async journal(directory, run, part) {
      const found = await shared.row(directory, journalPartKey(run, part));
      return found && JournalPart.parse(unpackValue(found));
    },
    journalParts: (directory, range) => journalPartsOf(shared, directory, range),
    settle: (directory, fence) => settle(shared, lease, { directory, fence }),
    discard: (directory, fence, run) => discarded(shared, lease, { directory, fence, run }),
    forgetRuns: (directory, fence, runs) => forgottenRuns(shared, lease, { directory, fence, ...runs }),

    outbox: (directory, page) => outboxOf(shared, directory, page),
  };
}

/** Rows that others name are there before them. */
function commitsOf(shared: NestedTable, lease: ReturnType<typeof leases>) {
  return {
    async commit(directory, fence, writes) {
      await keepAssigned(shared, lease, { directory, fence, writes });
      await commitFenced(shared, lease, { directory, fence, writes });
    },
    async commitWhole(directory, fence, whole) {
      await keepAssigned(shared, lease, { directory, fence, writes: whole.writes });
      return await commitWhole(shared, lease, { directory, fence, ...whole });
    },
    async commitFitting(directory, fence, some) {
      const writes = [...some.must, ...some.more, ...some.last];
      await keepAssigned(shared, lease, { directory, fence, writes });
      return await commitFitting(shared, lease, { directory, fence, ...some });
    },
  } satisfies Partial<NestedDirectoryStore>;
}

function readsOfRuns(shared: NestedTable) {
  const assigned = assignedReader(shared);
  const knowing = async (directory: DirectoryId, key: string) => {
    const found = await shared.row(directory, key);
    return found && (await withAssigned(jsonOf(found), (name) => assigned(directory, name)));
  };
  return {
    async state(directory) {
      const found = await knowing(directory, stateKey);
      return found === undefined ? newSyncState : SyncState.parse(found);
    },
    async run(directory, run) {
      const found = await knowing(directory, runKey(run));
      return found === undefined ? undefined : SyncRun.parse(found);
    },
  } satisfies Partial<NestedDirectoryStore>;
}

/** What runs make true, by whose prefixes all of it begins. */
const lasting = [
  nestedPrefix.user,
  nestedPrefix.group,
  nestedPrefix.facts,
  nestedPrefix.members,
  nestedPrefix.reverse,
];

async function isBlank(shared: NestedTable, directory: DirectoryId): Promise<boolean> {
  const blank = await Promise.all(
    lasting.map(async (prefix) => {
      for await (const page of shared.pages(directory, prefix, { select: ['schema'], pageRows: 1 })) {
        if (page.length > 0) return false;
      }
      return true;
    }),
  );
  return !blank.includes(false);
}

async function outboxOf(
  shared: NestedTable,
  directory: DirectoryId,
  { after, limit }: { readonly after?: string; readonly limit: number },
) {
  const from = after === undefined ? {} : { after: outboxRowKey(after) };
  const entries: NestedOutboxEntry[] = [];
  const pages = { ...from, pageRows: Math.min(limit, 1000) };
  for await (const page of shared.pages(directory, nestedPrefix.outbox, pages)) {
    entries.push(...page.map((row) => NestedOutboxEntry.parse(unpackValue(row))));
    if (entries.length >= limit) break;
  }
  return entries.slice(0, limit);
}

async function nestingOf(shared: NestedTable, directory: DirectoryId) {
  const [standings, facts] = await Promise.all([
    shared.rows(directory, nestedPrefix.group, { select: ['life', 'told', 'held'] }),
    shared.rows(directory, nestedPrefix.facts),
  ]);
  const factsByKey = new Map(facts.map((row) => [row.rowKey, row]));
  const groups: GroupFacts[] = [];
  const edges: { parent: GroupId; child: GroupId }[] = [];
  for (const row of standings) {
    const { life, told, held } = GroupStandingRow.parse(row);
    const id = GroupId.parse(row.rowKey.slice(nestedPrefix.group.length));
    const counted = factsByKey.get(factsKey(id));
    const { users, others } = counted === undefined ? { users: 0, others: 0 } : FactsRow.parse(counted);
    groups.push({ id, life, told, held, users, others });
  }
  for (const row of facts) {
    const own = ownKeyOf(row.rowKey);
    // What is left of ids that were spread counts no more.
    if (own !== row.rowKey && !isSpread(factsByKey.get(own) ?? {})) continue;
    const parent = GroupId.parse(own.slice(nestedPrefix.facts.length));
    for (const child of hexIds(idsInRow(row))) edges.push({ parent, child: GroupId.parse(guidOfHex(child)) });
  }
  return { groups, edges };
}

async function membersOf(
  shared: NestedTable,
  directory: DirectoryId,
  group: GroupId,
): Promise<PackedMembers> {
  const packed = new Map<MemberType, Uint8Array[]>();
  for (const row of await shared.rows(directory, allChunksOf(group))) {
    const type = memberTypeOf(row.rowKey);
    const ids = row['ids'];
    if (!(ids instanceof Uint8Array)) throw new Error('a chunk of members without ids');
    packed.set(type, [...(packed.get(type) ?? []), ids]);
  }
  return Object.fromEntries([...packed].map(([type, chunks]) => [type, Buffer.concat(chunks)]));
}

async function heldMembersOf(shared: NestedTable, directory: DirectoryId, group: GroupId) {
  const rows = await shared.rows(directory, heldOf(group));
  if (rows.length === 0) return undefined;
  return Buffer.concat(rows.map((row) => idsOf(unpackValue(row))));
}

function memberTypeOf(rowKey: string): MemberType {
  const [type] = typeInKey(rowKey);
  if (type === undefined) throw new Error(`a chunk of members of an unknown type: ${rowKey}`);
  return type;
}

function idsOf(value: unknown): Uint8Array {
  if (typeof value === 'object' && value !== null && 'ids' in value && value.ids instanceof Uint8Array)
    return value.ids;
  throw new Error('a row of kept members without ids');
}
