import type { ResourceKind } from '../scim/scim-directory.ts';
import type { CursorPlace } from './cursors.ts';
import type { DirectoryContext } from './directory-context.ts';
import type { DirectoryStore } from './directory-store.ts';
import type { ListOrder } from './list-positions.ts';
import { type Row, type Rows, rowsOf } from './list-rows.ts';

/** An unfiltered list of one kind in one order. */
export interface WholeList {
  readonly kind: ResourceKind;
  readonly order: ListOrder['order'];
  readonly descending: boolean;
}

export interface Slice {
  readonly rows: readonly Row[];
  readonly totalResults: number;
  readonly next?: CursorPlace;
  readonly previous?: CursorPlace;
}

/** A page by place: one read, wherever the page is. */
export async function sliceAtPlace(
  store: DirectoryStore,
  context: DirectoryContext,
  asked: { readonly list: WholeList; readonly place?: CursorPlace; readonly count: number },
): Promise<Slice> {
  const { list, place, count } = asked;
  const isBack = place?.backwards ?? false;
  const page = {
    order: list.order,
    backwards: list.descending !== isBack,
    limit: count,
    ...(place ? { after: place.position } : {}),
  };
  const [totalResults, { rows, more }] = await Promise.all([
    sizeOf(store, context, list.kind),
    count === 0 ? noRows : rowsOf(store, context, { kind: list.kind, page }),
  ]);
  const shown = isBack ? rows.toReversed() : rows;
  return { rows: shown, totalResults, ...placesAround(shown, { more, isBack, isFirst: !place }) };
}

/** Where the pages before and after this one begin. */
export function placesAround(
  rows: readonly Row[],
  seen: { readonly more: boolean; readonly isBack: boolean; readonly isFirst: boolean },
) {
  const first = rows[0];
  const last = rows.at(-1);
  const hasNext = seen.isBack || seen.more;
  const hasPrevious = seen.isBack ? seen.more : !seen.isFirst;
  return {
    ...(last && hasNext ? { next: { position: last.position, backwards: false } } : {}),
    ...(first && hasPrevious ? { previous: { position: first.position, backwards: true } } : {}),
  };
}

/** A page by index: one read for a client that walks forward, else a walk over keys up to its first row. */
export async function sliceAtIndex(
  store: DirectoryStore,
  context: DirectoryContext,
  asked: { readonly list: WholeList; readonly startIndex: number; readonly count: number },
): Promise<Slice> {
  const { list, startIndex, count } = asked;
  const offset = startIndex - 1;
  if (!list.descending) return ascending(store, context, { list, offset, count });
  const totalResults = await sizeOf(store, context, list.kind);
  const end = totalResults - offset;
  const begin = Math.max(0, end - count);
  if (end <= begin) return { rows: [], totalResults };
  const { rows } = await ascending(store, context, { list, offset: begin, count: end - begin });
  return { rows: rows.toReversed(), totalResults };
}

interface Range {
  readonly list: WholeList;
  /** From 0. */
  readonly offset: number;
  readonly count: number;
}

async function ascending(store: DirectoryStore, context: DirectoryContext, range: Range): Promise<Slice> {
  const { list, offset, count } = range;
  const guess = guessed(context, range);
  const [totalResults, early] = await Promise.all([
    sizeOf(store, context, list.kind),
    count > 0 && guess ? rowsAfter(store, context, { range, after: guess.after }) : undefined,
  ]);
  if (count === 0 || offset >= totalResults) return { rows: [], totalResults };
  const isGuessRight = guess !== undefined && guessed(context, range, totalResults) !== undefined;
  const { rows } =
    isGuessRight && early ? early : await rowsByWalking(store, context, { range, size: totalResults });
  const last = rows.at(-1);
  if (last) {
    const known = { offset: offset + rows.length - 1, position: last.position };
    context.memory.positions.remember(positionsOf(context, list), known, {
      size: totalResults,
      now: context.now(),
    });
  }
  return { rows, totalResults };
}

/** The row just before a page, if it is known; the first page needs none. */
function guessed(
  context: DirectoryContext,
  { list, offset }: Range,
  size?: number,
): { after?: string } | undefined {
  if (offset === 0) return {};
  const seen = { now: context.now(), ...(size === undefined ? {} : { size }) };
  const known = context.memory.positions.before(positionsOf(context, list), offset - 1, seen);
  return known?.offset === offset - 1 ? { after: known.position } : undefined;
}

async function rowsByWalking(
  store: DirectoryStore,
  context: DirectoryContext,
  asked: { readonly range: Range; readonly size: number },
): Promise<Rows> {
  const { list, offset } = asked.range;
  const seen = { size: asked.size, now: context.now() };
  const from = context.memory.positions.before(positionsOf(context, list), offset - 1, seen);
  const after = await store.positionAt(context.directory, {
    kind: list.kind === 'User' ? 'user' : 'group',
    order: list.order,
    ...(from ? { from } : {}),
    offset: offset - 1,
  });
  if (after === undefined) return noRows;
  // A walk is worth remembering: who jumps to a page comes back to it.
  context.memory.positions.remember(
    positionsOf(context, list),
    { offset: offset - 1, position: after },
    seen,
  );
  return await rowsAfter(store, context, { range: asked.range, after });
}

const rowsAfter = (
  store: DirectoryStore,
  context: DirectoryContext,
  asked: { readonly range: Range; readonly after?: string | undefined },
) => {
  const { list, count } = asked.range;
  const after = asked.after === undefined ? {} : { after: asked.after };
  return rowsOf(store, context, { kind: list.kind, page: { order: list.order, limit: count, ...after } });
};

async function sizeOf(store: DirectoryStore, context: DirectoryContext, kind: ResourceKind): Promise<number> {
  const { users, groups } = await store.counts(context.directory);
  return kind === 'User' ? users : groups;
}

const positionsOf = (context: DirectoryContext, { kind, order }: WholeList): ListOrder => ({
  directory: context.directory,
  kind: kind === 'User' ? 'user' : 'group',
  order,
});

const noRows: Rows = { rows: [], more: false };
