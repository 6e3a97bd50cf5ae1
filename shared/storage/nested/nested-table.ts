import type { TableClient } from '@azure/data-tables';
import type { DirectoryId } from '../../model/ids.ts';
import { endOf } from '../directory-keys.ts';
import { quoted, type RangeRow } from '../directory-table.ts';
import { available, ifThere } from '../storage-busy.ts';

/** Reads of one directory's partition. */
export type NestedTable = ReturnType<typeof nestedTable>;

export function nestedTable(table: TableClient) {
  async function row(directory: DirectoryId, rowKey: string): Promise<RangeRow | undefined> {
    return await ifThere(table.getEntity<RangeRow>(directory, rowKey));
  }

  /** Rows whose keys begin with `prefix`, in key order, by the pages of the service; a page may be empty. */
  async function* pages(directory: DirectoryId, prefix: string, options: PageOptions = {}) {
    const start =
      options.after === undefined ? `RowKey ge ${quoted(prefix)}` : `RowKey gt ${quoted(options.after)}`;
    const and = options.filter === undefined ? '' : ` and ${options.filter}`;
    const end = `RowKey lt ${quoted(options.before ?? endOf(prefix))}`;
    const filter = `PartitionKey eq ${quoted(directory)} and ${start} and ${end}${and}`;
    const select = options.select === undefined ? {} : { select: ['RowKey', ...options.select] };
    const found = table
      .listEntities<RangeRow>({ queryOptions: { filter, ...select } })
      .byPage({ maxPageSize: options.pageRows ?? 1000 });
    for (let page = await available(found.next()); !page.done; page = await available(found.next())) {
      yield page.value as readonly RangeRow[];
    }
  }

  async function rows(
    directory: DirectoryId,
    prefix: string,
    options: PageOptions = {},
  ): Promise<readonly RangeRow[]> {
    const all: RangeRow[] = [];
    for await (const page of pages(directory, prefix, options)) all.push(...page);
    return all;
  }

  return { table, row, pages, rows };
}

export interface PageOptions {
  /** Exclusive start. */
  readonly after?: string | undefined;
  /** Exclusive end, in place of the end of the prefix. */
  readonly before?: string;
  /** Columns besides the key; all when absent. */
  readonly select?: readonly string[];
  readonly filter?: string;
  readonly pageRows?: number;
}
