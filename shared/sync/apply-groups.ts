import type { NestedDirectoryStore, NestedGroup, NestedWrite } from './nested-store.ts';
import { livedOn, renewedBy, told } from './object-changes.ts';
import type { ObjectChange, ObjectRows } from './page-writes.ts';
import type { JournalPart } from './round-records.ts';
import type { SyncRun } from './run-records.ts';
import { sameJson, toGroupAttributes } from './user-mapping.ts';

export type GroupItem = Extract<JournalPart, { kind: 'groups' }>['items'][number];

/** How a page or a decision becomes rows of groups. */
export const groupRows = (
  store: NestedDirectoryStore,
  run: SyncRun,
): ObjectRows<GroupItem['id'], NestedGroup, GroupItem> => ({
  stored: (ids) => store.groups(run.directory, ids),
  writes: (change) => groupWrites(run, change),
});

function groupWrites(
  run: SyncRun,
  { id, before, fields, item }: ObjectChange<GroupItem['id'], NestedGroup, GroupItem>,
): readonly NestedWrite[] {
  const renewed = renewedBy(before, { said: fields, life: item?.life }, (all) => toGroupAttributes(id, all));
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

const newGroup = (id: GroupItem['id'], run: SyncRun): NestedGroup => ({
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
