import type { TableClient } from '@azure/data-tables';
import type { DirectoryGroup, DirectoryUser } from '../model/directory-object.ts';
import type { DirectoryId, GroupId, UserId } from '../model/ids.ts';
import type { Randomness } from '../model/new-ids.ts';
import { counters } from './counters.ts';
import { groupKey, userKey } from './directory-keys.ts';
import { parseGroupRow, parseUserRow, type ReadObject, type RowFacts } from './directory-rows.ts';
import { stampsFrom } from './stamps.ts';
import { available, ifThere } from './storage-busy.ts';

/** What the store's parts share: the table, the clock, and what was learnt about rows while reading them. */
export type DirectoryTable = ReturnType<typeof directoryTable>;

export function directoryTable(table: TableClient, random: Randomness) {
  const learnt = new WeakMap<object, RowFacts>();
  const stamp = stampsFrom(random);

  async function row(directory: DirectoryId, rowKey: string): Promise<object | undefined> {
    return await ifThere(table.getEntity(directory, rowKey));
  }

  async function user(directory: DirectoryId, id: UserId): Promise<ReadObject<DirectoryUser> | undefined> {
    const found = await row(directory, userKey(id));
    return found && remembered(parseUserRow(found));
  }

  async function group(directory: DirectoryId, id: GroupId): Promise<ReadObject<DirectoryGroup> | undefined> {
    const found = await row(directory, groupKey(id));
    return found && remembered(parseGroupRow(found));
  }

  /** Keeps the row's facts with the object, so that a write by who read it needs no second read. */
  function remembered<T extends object>(read: ReadObject<T>): ReadObject<T> {
    learnt.set(read.object, read.facts);
    return read;
  }

  /** Rows between `from` (inclusive) and `to` (exclusive), at most `limit`; a page may be empty and not the last. */
  async function range(directory: DirectoryId, keys: KeyRange): Promise<readonly RangeRow[]> {
    const found: RangeRow[] = [];
    const pages = table
      .listEntities<object>({ queryOptions: queryOf(directory, keys) })
      .byPage({ maxPageSize: Math.min(keys.limit, pageRowsMax) });
    for (let page = await available(pages.next()); !page.done; page = await available(pages.next())) {
      for (const entity of page.value) found.push(entity as RangeRow);
      if (found.length >= keys.limit) break;
    }
    return found.length > keys.limit ? found.slice(0, keys.limit) : found;
  }

  return {
    table,
    random,
    stamp,
    counters: counters(table, random),
    learnt,
    row,
    user,
    group,
    remembered,
    range,
  };
}

function queryOf(directory: DirectoryId, { from, after, to, keysOnly }: KeyRange) {
  const start = after === undefined ? `RowKey ge ${quoted(from)}` : `RowKey gt ${quoted(after)}`;
  const filter = `PartitionKey eq ${quoted(directory)} and ${start} and RowKey lt ${quoted(to)}`;
  return { filter, ...(keysOnly ? { select: ['RowKey'] } : {}) };
}

const pageRowsMax = 1000;

export interface KeyRange {
  readonly from: string;
  /** Exclusive start, instead of `from`. */
  readonly after?: string | undefined;
  readonly to: string;
  readonly limit: number;
  /** Only the row keys are fetched. */
  readonly keysOnly?: boolean;
}

export interface RangeRow {
  readonly rowKey: string;
  readonly [name: string]: unknown;
}

/** The one place where text enters an OData filter. */
export const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
