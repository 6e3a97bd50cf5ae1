import type { JsonObject } from '../model/json.ts';
import type { DecidedItems } from './decided-items.ts';
import type { NestedWrite } from './nested-store.ts';
import { saidLast } from './object-changes.ts';
import type { SyncRun } from './run-records.ts';

/** What a page and the decisions say of one object, beside its row. */
export interface ObjectChange<Id, Row, Item> {
  readonly id: Id;
  readonly before: Row | undefined;
  readonly fields?: JsonObject | undefined;
  readonly item?: Item | undefined;
}

/** Users or groups: how rows are read, and which rows a change comes to. */
export interface ObjectRows<Id, Row, Item> {
  readonly stored: (ids: readonly Id[]) => Promise<readonly Row[]>;
  readonly writes: (change: ObjectChange<Id, Row, Item>) => readonly NestedWrite[];
}

interface Identified<Id> {
  readonly id: Id;
}

interface Page<Id, Item extends Identified<string>> {
  readonly items: Parameters<typeof saidLast<Id>>[0];
  readonly decided: DecidedItems<Item>;
}

/**
 * Rows that a page of objects comes to, with what was decided about those whose turn it is. Where nothing was stored before, a row
 * that is new in all it says is written unread; what is named again has its row read.
 */
export async function pageWrites<Id extends string, Row extends Identified<Id>, Item extends Identified<Id>>(
  { plan }: Pick<SyncRun, 'plan'>,
  rows: ObjectRows<Id, Row, Item>,
  { items, decided }: Page<Id, Item>,
): Promise<readonly NestedWrite[]> {
  const said = saidLast(items);
  const ids = [...new Set(items.map(({ id }) => id))];
  const isBlank = plan?.layout?.isBlank === true;
  const known = isBlank ? new Map<Id, Row>() : await rowsById(rows, ids);
  const taken = await decided.take(ids.filter((id) => said.has(id) || known.has(id)));
  const others = isBlank ? ids.filter((id) => said.has(id) && !taken.has(id)) : [];
  for (const [id, row] of await rowsById(rows, others)) known.set(id, row);
  return ids.flatMap((id) =>
    rows.writes({ id, before: known.get(id), fields: said.get(id), item: taken.get(id) }),
  );
}

/** Rows that decisions come to which did not go with a page. */
export async function itemWrites<Id extends string, Row extends Identified<Id>, Item extends Identified<Id>>(
  rows: ObjectRows<Id, Row, Item>,
  items: readonly Item[],
): Promise<readonly NestedWrite[]> {
  const ids = items.map(({ id }) => id);
  const known = await rowsById(rows, ids);
  return items.flatMap((item) => rows.writes({ id: item.id, before: known.get(item.id), item }));
}

async function rowsById<Id, Row extends Identified<Id>>(
  { stored }: { readonly stored: (ids: readonly Id[]) => Promise<readonly Row[]> },
  ids: readonly Id[],
): Promise<Map<Id, Row>> {
  if (ids.length === 0) return new Map();
  return new Map((await stored(ids)).map((row) => [row.id, row] as const));
}
