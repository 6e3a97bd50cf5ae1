import type { JsonObject } from '../model/json.ts';
import { Refusal } from '../model/refusal.ts';
import { filterOf, type Listing, projectionOf, renderList } from './lists.ts';
import { pageRequestOf, sortOf } from './paging.ts';
import { wantedOf } from './projection.ts';
import type { ListPage, ListQuery, PageRequest, ResourceKind } from './scim-directory.ts';

/** A query of the server root, RFC 7644 §3.4.2.1: users, then groups, as one list. */
export async function searchAll(listing: Listing): Promise<JsonObject> {
  const { parameters, baseUrl } = listing;
  const page = pageRequestOf(parameters);
  const found = page.kind === 'index' ? await byIndex(listing, page) : await byCursor(listing, page);
  return renderList(found, { page, projection: projectionOf(parameters), baseUrl });
}

type IndexPage = Extract<PageRequest, { kind: 'index' }>;
type CursorPage = Extract<PageRequest, { kind: 'cursor' }>;

async function byIndex(listing: Listing, page: IndexPage): Promise<ListPage> {
  const users = await listed('User', listing, page);
  const count = page.count - users.resources.length;
  const startIndex = Math.max(1, page.startIndex - users.totalResults);
  const groups = await listed('Group', listing, { kind: 'index', startIndex, count });
  return {
    resources: [...users.resources, ...groups.resources],
    totalResults: users.totalResults + groups.totalResults,
  };
}

/** Cursors say which of the two lists they belong to; a page never spans both. */
async function byCursor(listing: Listing, page: CursorPage): Promise<ListPage> {
  const { kind, cursor } = kindOf(page.cursor);
  const other = kind === 'User' ? 'Group' : 'User';
  const own = { kind: 'cursor', count: page.count, ...(cursor === '' ? {} : { cursor }) } as const;
  const [found, rest] = await Promise.all([
    listed(kind, listing, own),
    listed(other, listing, { kind: 'index', startIndex: 1, count: 0 }),
  ]);
  const next =
    found.nextCursor ?? (kind === 'User' && page.count > 0 && rest.totalResults > 0 ? '' : undefined);
  const nextKind = found.nextCursor === undefined ? 'Group' : kind;
  return {
    resources: found.resources,
    totalResults: found.totalResults + rest.totalResults,
    ...(next === undefined ? {} : { nextCursor: `${nextKind}.${next}` }),
    ...(found.previousCursor === undefined ? {} : { previousCursor: `${kind}.${found.previousCursor}` }),
  };
}

function kindOf(cursor: string | undefined): { readonly kind: ResourceKind; readonly cursor: string } {
  if (cursor === undefined) return { kind: 'User', cursor: '' };
  if (cursor.startsWith('User.')) return { kind: 'User', cursor: cursor.slice('User.'.length) };
  if (cursor.startsWith('Group.')) return { kind: 'Group', cursor: cursor.slice('Group.'.length) };
  throw new Refusal('invalid-cursor', 'The cursor is not one of this list; begin again without it.');
}

async function listed(kind: ResourceKind, listing: Listing, page: PageRequest): Promise<ListPage> {
  const { directory, parameters, baseUrl } = listing;
  const sort = sortOf(parameters, kind);
  const filter = filterOf(parameters);
  const query: ListQuery = { page, baseUrl, ...(filter ? { filter } : {}), ...(sort ? { sort } : {}) };
  return directory.list(kind, query, wantedOf(kind, projectionOf(parameters), false));
}
