import type { GroupChange, Indexed, MembersOutcome } from '../directory/directory-store.ts';
import type { DirectoryChange, MembersRequest } from '../directory/outbox.ts';
import type { DirectoryGroup } from '../model/directory-object.ts';
import type { DirectoryId, GroupId, MemberRef } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { Refusal } from '../model/refusal.ts';
import type { RowChange } from './batch.ts';
import { groupKey } from './directory-keys.ts';
import { groupRow, type ReadObject } from './directory-rows.ts';
import type { DirectoryTable } from './directory-table.ts';
import { busy, counterRows, outboxRows, write } from './directory-writing.ts';
import { groupIndex, indexChanges, indexRowsFor, isUniqueName } from './index-rows.ts';
import { completeJournal } from './interrupted.ts';
import { type MembersJournal, membersJournal } from './journal.ts';
import {
  completeMembers,
  count,
  emptyTally,
  type MembersTally,
  membersChanged,
  stillOpen,
} from './members-completion.ts';
import { type WantedChanges, wantedChanges } from './members-replacement.ts';
import { fitting, type MemberChange, membershipRows, touchedGroup } from './membership-rows.ts';
import { isHeldByAnother } from './user-writes.ts';

export async function createGroup(
  shared: DirectoryTable,
  directory: DirectoryId,
  { group, members }: { readonly group: Indexed<DirectoryGroup>; readonly members: readonly MemberRef[] },
): Promise<MembersOutcome> {
  const { id } = group.object;
  let changes: readonly MemberChange[] = members.map((member) => ({ kind: 'add', member }));
  const tally = emptyTally();
  // Each refusal but a name's drops a member at least.
  for (let attempt = 0; attempt <= members.length; attempt++) {
    const plan = creation(shared, group, changes);
    const outcome = await write(shared, directory, plan);
    if (outcome.kind === 'committed') {
      count(tally, plan.now);
      const journal = written(plan.journal, outcome.etags[plan.rows.length - 1]);
      return await completed(shared, directory, { journal, tally, group: group.object });
    }
    if (isUniqueName(outcome.change.rowKey)) throw nameTaken();
    const settled = await settle(shared, directory, { group: id, changes, now: plan.now });
    tally.unknown.push(...settled.unknown);
    changes = settled.changes;
  }
  throw busy();
}

/** The first transaction of a new group. */
function creation(shared: DirectoryTable, group: Indexed<DirectoryGroup>, changes: readonly MemberChange[]) {
  const { object } = group;
  const { id, lastModified: at } = object;
  const index = groupIndex(group);
  const fixed = index.length + 1 + counterRows;
  const first = firstPart(shared, { changes, fixed, group: id, at, clear: '', clears: 0, before: 0 });
  const created: DirectoryChange = { kind: 'group-created', group: id, version: object.version };
  const rows: readonly RowChange[] = [
    ...indexRowsFor(id, index),
    { action: 'insert', rowKey: groupKey(id), row: groupRow(object, index, first.pending) },
    ...first.rows,
  ];
  return {
    rows,
    count: { kind: 'group', by: 1 } as const,
    changes: [created, ...membersChanged(id, first.now, first.request)],
    at,
    now: first.now,
    journal: first.journal,
  };
}

export async function changeGroup(
  shared: DirectoryTable,
  directory: DirectoryId,
  change: GroupChange,
): Promise<MembersOutcome | undefined> {
  const group = change.before.object.id;
  let current = await startOf(shared, directory, change);
  if (current === undefined) return undefined;
  const wanted = await wantedChanges(shared, directory, { group, change: change.members });
  let { changes } = wanted;
  const tally = emptyTally();
  for (let attempt = 1; attempt <= limits.writeAttemptsMax; ) {
    if (isNothing(change, changes, wanted.clear)) return { ...tally, group: current.object };
    const plan = planned(shared, { change, current, wanted: { ...wanted, changes } });
    const outcome = await write(shared, directory, plan);
    if (outcome.kind === 'committed') {
      count(tally, plan.now);
      const journal = written(plan.journal, outcome.etags[plan.rows.length - 1]);
      const made = await completed(shared, directory, { journal, tally, group: plan.group });
      return { ...made, before: wanted.before };
    }
    if (await isNameHeld(shared, directory, { change: outcome.change, why: outcome.why, group }))
      return undefined;
    const settled = await settledAfter(shared, directory, { plan, refused: outcome.change, changes, group });
    tally.unknown.push(...settled.unknown);
    const isShorter = settled.changes.length < changes.length;
    changes = settled.changes;
    if (isShorter) continue;
    attempt++;
    current = await stillBefore(shared, directory, change);
    if (current === undefined) return undefined;
  }
  throw busy();
}

const isNothing = (change: GroupChange, changes: readonly MemberChange[], clear: string) =>
  change.after === undefined && changes.length === 0 && clear === '';

/** Carries the rest to its end, and says what became of the group. */
async function completed(
  shared: DirectoryTable,
  directory: DirectoryId,
  done: {
    readonly journal: MembersJournal | undefined;
    readonly tally: MembersTally;
    readonly group: DirectoryGroup;
  },
): Promise<MembersOutcome> {
  const { journal, tally, group } = done;
  if (journal !== undefined) await completeMembers(shared, directory, { journal, tally });
  const { added, removed, unknown, stamp } = tally;
  if (journal === undefined) return { added, removed, unknown, group };
  if (stamp !== undefined) return { added, removed, unknown, group: { ...group, membersStamp: stamp } };
  return { added, removed, unknown, group: await asStored(shared, directory, group) };
}

const written = (journal: MembersJournal | undefined, etag: string | undefined) =>
  journal && { ...journal, etag };

/** A name was refused: Refusal `uniqueness` when another holds it, true when this very group does, by a change just before. */
async function isNameHeld(
  shared: DirectoryTable,
  directory: DirectoryId,
  refused: { readonly change: RowChange; readonly why: string; readonly group: GroupId },
): Promise<boolean> {
  const { rowKey } = refused.change;
  if (refused.why !== 'exists' || !isUniqueName(rowKey)) return false;
  if (await isHeldByAnother(shared, directory, { rowKey, id: refused.group })) throw nameTaken();
  return true;
}

/** The changes that are still to be made after one of a plan's rows was refused. */
async function settledAfter(
  shared: DirectoryTable,
  directory: DirectoryId,
  after: {
    readonly plan: ReturnType<typeof planned>;
    readonly refused: RowChange;
    readonly changes: readonly MemberChange[];
    readonly group: GroupId;
  },
) {
  const { plan, refused, changes, group } = after;
  if (!plan.isMembership(refused)) return { changes, unknown: [] };
  return await settle(shared, directory, { group, changes, now: plan.now });
}

/** The group as `before` says, after whatever a writer that died had left to do with its members. */
async function startOf(shared: DirectoryTable, directory: DirectoryId, change: GroupChange) {
  const { object } = change.before;
  const facts = shared.learnt.get(object);
  const known = facts ? { object, facts } : await stillBefore(shared, directory, change);
  if (known === undefined || known.facts.pending === '') return known;
  await completeJournal(shared, directory, known.facts.pending);
  // The completion changed the members, not what a change of attributes was made against.
  return await stillBefore(shared, directory, { ...change, exact: false });
}

/** The group's row, if it is still what the change was made against. */
async function stillBefore(
  shared: DirectoryTable,
  directory: DirectoryId,
  { before: { object: before }, after, exact }: GroupChange,
): Promise<ReadObject<DirectoryGroup> | undefined> {
  const now = await shared.group(directory, before.id);
  if (now === undefined) return undefined;
  if ((exact || after !== undefined) && now.object.version !== before.version) return undefined;
  return exact && now.object.membersStamp !== before.membersStamp ? undefined : now;
}

/** The first transaction of a change to a group, and what the group is after it. */
function planned(
  shared: DirectoryTable,
  how: {
    readonly change: GroupChange;
    readonly current: ReadObject<DirectoryGroup>;
    readonly wanted: WantedChanges;
  },
) {
  const { change, current, wanted } = how;
  const { changes, clear } = wanted;
  const { after, at, exact } = change;
  const { id } = current.object;
  const index = after ? groupIndex(after) : current.facts.index;
  const indexRows = indexChanges(id, current.facts.index, index);
  const first = firstPart(shared, { ...wanted, fixed: indexRows.length + 1, group: id, at });
  const isTouched = changes.length > 0 || clear !== '';
  const membersStamp = isTouched ? first.stamp : current.object.membersStamp;
  const group = { ...(after?.object ?? current.object), membersStamp, lastModified: at };
  const pending = first.pending || current.facts.pending;
  const { etag } = current.facts;
  const ownRow: RowChange = after
    ? { action: 'replace', rowKey: groupKey(id), row: groupRow(group, index, pending), etag }
    : { ...touchedBy(first, { group: id, at }), ...(exact ? { etag } : {}) };
  const membership = new Set(first.rows);
  const changed: DirectoryChange[] = after
    ? [{ kind: 'group-changed', group: id, version: after.object.version }]
    : [];
  return {
    rows: [...indexRows, ownRow, ...first.rows],
    changes: [...changed, ...membersChanged(id, first.now, first.request)],
    at,
    group,
    now: first.now,
    journal: first.journal,
    isMembership: (row: RowChange) => membership.has(row),
  };
}

const touchedBy = (first: FirstPart, { group, at }: { readonly group: GroupId; readonly at: string }) =>
  touchedGroup(group, {
    stamp: first.stamp,
    at,
    ...(first.pending === '' ? {} : { pending: first.pending }),
  });

type FirstPart = ReturnType<typeof firstPart>;

/** As many membership changes as fit beside `fixed` other rows, and a journal for the rest. */
function firstPart(
  shared: DirectoryTable,
  how: WantedChanges & { readonly fixed: number; readonly group: GroupId; readonly at: string },
) {
  const { changes, fixed, group, at, clear } = how;
  const stamp = shared.stamp();
  const changesMax = limits.memberChangesPerTransaction;
  const rows = limits.transactionRowsMax - outboxRows - fixed;
  const all = fitting(changes, { start: 0, rows, changesMax });
  const fits = all.length === changes.length && clear === '';
  const now = fits ? all : fitting(changes, { start: 0, rows: rows - 1, changesMax });
  const membership = now.flatMap((change) => membershipRows(group, change, stamp));
  const request = requestOf(stamp, how);
  if (fits) return { now, rows: membership, pending: '', journal: undefined, stamp, request };
  const left = membersJournal(stamp, { group, at, changes: changes.slice(now.length), clear, request });
  return {
    now,
    rows: [...membership, left.change],
    pending: left.journal.rowKey,
    journal: left.journal,
    stamp,
    request,
  };
}

function requestOf(id: string, { changes, clears, before }: WantedChanges): MembersRequest {
  const adds = changes.filter(({ kind }) => kind === 'add').length;
  const removes = changes.length - adds + clears;
  return { id, adds, removes, ...(before === undefined ? {} : { before }) };
}

/** Drops what need not or cannot be done any more from the changes of a transaction that was refused. */
async function settle(
  shared: DirectoryTable,
  directory: DirectoryId,
  what: {
    readonly group: GroupId;
    readonly changes: readonly MemberChange[];
    readonly now: readonly MemberChange[];
  },
) {
  const { group, changes, now } = what;
  const { open, unknown } = await stillOpen(shared, directory, { group, changes: now });
  return { changes: [...open, ...changes.slice(now.length)], unknown };
}

/** The group as its last transaction left it; `written` when it is gone meanwhile. */
async function asStored(shared: DirectoryTable, directory: DirectoryId, written: DirectoryGroup) {
  return (await shared.group(directory, written.id))?.object ?? written;
}

const nameTaken = () => new Refusal('uniqueness', 'displayName is held by another group of this directory.');
