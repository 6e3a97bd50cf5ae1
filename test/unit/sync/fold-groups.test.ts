import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GroupId } from '../../../shared/model/ids.ts';
import type { JsonObject } from '../../../shared/model/json.ts';
import { type FoldedGroup, groupAfter, isDynamic, isHidden } from '../../../shared/sync/fold-groups.ts';
import type { GroupEntry } from '../../../shared/sync/graph-port.ts';
import type { NestedGroup } from '../../../shared/sync/nested-store.ts';
import { newSyncState } from '../../../shared/sync/sync-state.ts';
import { mergedFields } from '../../../shared/sync/user-mapping.ts';
import { group } from './small-tenant.ts';

// The same group may be on many pages, with other fields and other slices of its members each time (graph.md §1.1).

const id = GroupId.parse(group(1));

const rowOf = (fields: JsonObject, life: NestedGroup['life'] = 'live'): NestedGroup => ({
  id,
  version: 1,
  created: '',
  lastModified: '',
  life,
  lifeSince: '',
  told: true,
  held: false,
  fields,
  attributes: {},
});

/** What is known after the entries; the row is read for the first page that names the group, and for it alone. */
function folded(row: NestedGroup | undefined, entries: readonly GroupEntry[]): FoldedGroup | undefined {
  let before: FoldedGroup | undefined;
  for (const [page, entry] of entries.entries()) {
    before = groupAfter({ before, row: page === 0 ? row : undefined }, entry, newSyncState) ?? before;
  }
  return before;
}

const present = (fields: JsonObject, members?: []): GroupEntry => ({
  kind: 'present',
  id,
  fields,
  ...(members === undefined ? {} : { members }),
});
const removed = (reason: 'changed' | 'deleted'): GroupEntry => ({ kind: 'removed', id, reason });

const someFields = fc.record(
  {
    visibility: fc.constantFrom(null, 'Public', 'HiddenMembership', 'hiddenmembership'),
    groupTypes: fc.constantFrom(null, [], ['Unified'], ['Unified', 'DynamicMembership']),
    displayName: fc.constantFrom('Staff', 'All staff'),
  },
  { requiredKeys: [] },
);
const someEntry = fc.tuple(someFields, fc.constantFrom<[] | undefined>(undefined, []));

test('whatever fields and slices the entries of a round leave out, a group is what all of them say', () => {
  fc.assert(
    fc.property(
      fc.option(someFields, { nil: undefined }),
      fc.array(someEntry, { minLength: 1, maxLength: 4 }),
      (stored, said) => {
        const row = stored === undefined ? undefined : rowOf(mergedFields({}, stored));
        const all = said.reduce((known, [fields]) => mergedFields(known, fields), row?.fields ?? {});
        expect(
          folded(
            row,
            said.map(([fields, members]) => present(fields, members)),
          ),
        ).toEqual({
          life: 'live',
          ...(row === undefined ? {} : { storedLife: 'live' }),
          hidden: isHidden(all),
          dynamic: isDynamic(all),
          toldMembers: said.some(([, members]) => members !== undefined),
          shownMembers: said.some(([, members = []]) => members.some(({ removed }) => !removed)),
          isNew: false,
        });
      },
    ),
    { numRuns: 100 },
  );
});

test('a removed group keeps what is known of it, and what it was before', () => {
  const hidden = { visibility: 'HiddenMembership', groupTypes: ['DynamicMembership'] };
  const known = { hidden: true, dynamic: true, isNew: false, storedLife: 'live', slept: true };
  expect(folded(rowOf(hidden), [removed('changed')])).toEqual({
    ...known,
    life: 'soft-deleted',
    toldMembers: false,
    shownMembers: false,
  });
  expect(folded(rowOf(hidden), [present({}, []), removed('deleted')])).toEqual({
    ...known,
    life: 'gone',
    toldMembers: true,
    shownMembers: false,
  });
  expect(folded(rowOf(hidden, 'soft-deleted'), [removed('deleted'), present({})])).toEqual({
    ...known,
    life: 'live',
    storedLife: 'soft-deleted',
    toldMembers: false,
    shownMembers: false,
  });
});

test('nothing is said of a group that is gone, nor of a removed one that nobody knew', () => {
  expect(folded(rowOf({}, 'gone'), [present({ displayName: 'Staff' }), removed('changed')])).toBeUndefined();
  expect(folded(undefined, [removed('changed'), removed('deleted')])).toBeUndefined();
});
