import type { DecidedItems } from './decided-items.ts';
import type { GroupEntry } from './graph-port.ts';
import type { NestedDirectoryStore, NestedGroup, NestedWrite } from './nested-store.ts';
import { livedOn, renewedBy, saidLast, told } from './object-changes.ts';
import type { JournalPart } from './round-records.ts';
import type { SyncRun } from './run-records.ts';
import { sameJson, toGroupAttributes } from './user-mapping.ts';

export type GroupItem = Extract<JournalPart, { kind: 'groups' }>['items'][number];

/**
 * Rows that a page of groups comes to, with what was decided about those whose turn it is. Where nothing was stored before, a row
 * that is new in all it says is written unread; a group that is named again has its row read.
 */
export async function groupPageWrites(
  store: NestedDirectoryStore,
  run: SyncRun,
  { items, decided }: { readonly items: readonly GroupEntry[]; readonly decided: DecidedItems<GroupItem> },
): Promise<readonly NestedWrite[]> {
  const said = saidLast(items);
  const ids = [...new Set(items.map(({ id }) => id))];
  const isBlank = run.plan?.layout?.isBlank === true;
  const rows = new Map(isBlank ? [] : await storedGroups(store, run, ids));
  const taken = await decided.take(ids.filter((id) => said.has(id) || rows.has(id)));
  const others = isBlank ? ids.filter((id) => said.has(id) && !taken.has(id)) : [];
  for (const [id, row] of await storedGroups(store, run, others)) rows.set(id, row);
  return ids.flatMap((id) =>
    groupWrites(run, { id, before: rows.get(id), fields: said.get(id), item: taken.get(id) }),
  );
}

/** Rows that decisions come to which did not go with a page. */
export async function groupItemWrites(
  store: NestedDirectoryStore,
  run: SyncRun,
  items: readonly GroupItem[],
): Promise<readonly NestedWrite[]> {
  const ids = items.map(({ id }) => id);
  const rows = new Map(await storedGroups(store, run, ids));
  return items.flatMap((item) => groupWrites(run, { id: item.id, before: rows.get(item.id), item }));
}

const storedGroups = async (store: NestedDirectoryStore, run: SyncRun, ids: readonly GroupEntry['id'][]) =>
  ids.length === 0 ? [] : (await store.groups(run.directory, ids)).map((row) => [row.id, row] as const);

interface GroupChange {
  readonly id: GroupEntry['id'];
  readonly before: NestedGroup | undefined;
  readonly fields?: Parameters<typeof renewedBy>[1] | undefined;
  readonly item?: GroupItem | undefined;
}

function groupWrites(run: SyncRun, { id, before, fields, item }: GroupChange): readonly NestedWrite[] {
  const renewed = renewedBy(before, fields, (all) => toGroupAttributes(id, all));
  if (before === undefined && renewed === undefined) return [];
  const known = before ?? newGroup(id, run);
  const decided =
    item === undefined ? {} : { ...livedOn(known, item.life, run), told: item.told, held: item.held };
  const group: NestedGroup = {
    ...known,
    ...renewed,
    ...decided,
    version: known.version + 1,
    lastModified: run.startedAt,
  };
  const isMoved = known.life !== group.life || known.told !== group.told || known.held !== group.held;
  if (renewed === undefined && !isMoved) return [];
  const { version } = group;
  const kind = group.told ? 'group-created' : 'group-deleted';
  if (known.told !== group.told) return [told(run, { kind, group: id, version }), { kind: 'group', group }];
  const isSeen = group.told && !sameJson(known.attributes, group.attributes);
  return [
    ...(isSeen ? [told(run, { kind: 'group-changed', group: id, version })] : []),
    { kind: 'group', group },
  ];
}

const newGroup = (id: GroupEntry['id'], run: SyncRun): NestedGroup => ({
  id,
  version: 0,
  created: run.startedAt,
  lastModified: run.startedAt,
  life: 'live',
  lifeSince: '',
  told: false,
  held: false,
  fields: {},
  attributes: {},
});
