import type { Filter } from '../scim/filter.ts';
import type { ListPage, ListQuery, ResourceKind, Wanted } from '../scim/scim-directory.ts';
import { type CursorPlace, type CursorScope, cursorTo, placeOf } from './cursors.ts';
import type { DirectoryContext } from './directory-context.ts';
import type { DirectoryStore } from './directory-store.ts';
import { type Extras, extrasFrom, withExtras } from './extras.ts';
import { filteredRows } from './filtered-list.ts';
import { orderOf, type Row } from './list-rows.ts';
import { placesAround, type Slice, sliceAtIndex, sliceAtPlace, type WholeList } from './whole-list.ts';

/** Lists of one directory, whole or filtered, by index or by cursor. */
export function directoryLists(store: DirectoryStore, context: DirectoryContext) {
  async function list(kind: ResourceKind, query: ListQuery, wanted: Wanted): Promise<ListPage> {
    const extras = extrasFrom(store, context);
    const { filter, sort } = query;
    const whole = { kind, order: orderOf(kind, sort?.by), descending: sort?.descending ?? false };
    const scope = { list: JSON.stringify([context.directory, whole, filter ?? null]), now: context.now() };
    const slice = filter
      ? await filteredSlice(whole, { query, filter, scope, extras })
      : await wholeSlice(whole, query, scope);
    const resources = slice.rows.map(({ resource }) => resource);
    return {
      resources: await withExtras(resources, extras, wanted),
      totalResults: slice.totalResults,
      ...(query.page.kind === 'cursor' ? cursorsAround(slice, scope) : {}),
    };
  }

  async function wholeSlice(list: WholeList, { page }: ListQuery, scope: CursorScope): Promise<Slice> {
    if (page.kind === 'index') return sliceAtIndex(store, context, { list, ...page });
    const place = page.cursor === undefined ? {} : { place: placeOf(page.cursor, scope) };
    return sliceAtPlace(store, context, { list, count: page.count, ...place });
  }

  async function filteredSlice(list: WholeList, { query, filter, scope, extras }: Filtered): Promise<Slice> {
    const { page } = query;
    const cursor = page.kind === 'cursor' ? page.cursor : undefined;
    const place = cursor === undefined ? undefined : placeOf(cursor, scope);
    const ascending = await filteredRows(store, context, { ...list, filter, extras, baseUrl: query.baseUrl });
    const rows = list.descending ? ascending.toReversed() : ascending;
    if (page.kind === 'cursor') return sliceOfRows(rows, { ...list, place, count: page.count });
    const from = page.startIndex - 1;
    return { rows: rows.slice(from, from + page.count), totalResults: rows.length };
  }

  return { list };
}

interface Filtered {
  readonly query: ListQuery;
  readonly filter: Filter;
  readonly scope: CursorScope;
  readonly extras: Extras;
}

/** The page of rows at hand that begins after a place, or ends before it. */
function sliceOfRows(
  rows: readonly Row[],
  asked: { readonly descending: boolean; readonly place: CursorPlace | undefined; readonly count: number },
): Slice {
  const { descending, place, count } = asked;
  const isBack = place?.backwards ?? false;
  const isOnward = ({ position }: Row) =>
    place === undefined || (descending !== isBack ? position < place.position : position > place.position);
  const onward = rows.filter(isOnward);
  const shown = isBack ? onward.slice(Math.max(0, onward.length - count)) : onward.slice(0, count);
  const seen = { more: onward.length > shown.length, isBack, isFirst: !place };
  return { rows: shown, totalResults: rows.length, ...placesAround(shown, seen) };
}

const cursorsAround = ({ next, previous }: Slice, scope: CursorScope) => ({
  ...(next ? { nextCursor: cursorTo(next, scope) } : {}),
  ...(previous ? { previousCursor: cursorTo(previous, scope) } : {}),
});
