import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { RowProperties } from './batch.ts';
import { quoted } from './directory-table.ts';
import { available, ifThere } from './storage-busy.ts';
import { type Transaction, type TransactionOutcome, transact } from './transaction.ts';

/** Rows of one table as the registry and the logs use them; Table Storage and memory are two. */
export interface Rows {
  row(partitionKey: string, rowKey: string): Promise<FoundRow | undefined>;
  /** Rows from `from` (or behind `after`) to before `to`, in key order, at most `limit`. */
  range(partitionKey: string, keys: RowRange): Promise<readonly FoundRow[]>;
  transact(transaction: Transaction): Promise<TransactionOutcome>;
}

export interface FoundRow {
  readonly rowKey: string;
  readonly etag: string;
  readonly row: RowProperties;
}

export interface RowRange {
  readonly from: string;
  readonly after?: string | undefined;
  readonly to: string;
  readonly limit: number;
}

export function tableRows(table: TableClient): Rows {
  return {
    async row(partitionKey, rowKey) {
      const entity = await ifThere(table.getEntity(partitionKey, rowKey));
      return entity && toFoundRow(entity);
    },

    range: (partitionKey, keys) => tableRange(table, partitionKey, keys),

    transact: (transaction) => transact(table, transaction),
  };
}

async function tableRange(
  table: TableClient,
  partitionKey: string,
  keys: RowRange,
): Promise<readonly FoundRow[]> {
  const start = keys.after === undefined ? `ge ${quoted(keys.from)}` : `gt ${quoted(keys.after)}`;
  const filter = `PartitionKey eq ${quoted(partitionKey)} and RowKey ${start} and RowKey lt ${quoted(keys.to)}`;
  const pages = table
    .listEntities({ queryOptions: { filter } })
    .byPage({ maxPageSize: Math.min(keys.limit, pageRowsMax) });
  const found: FoundRow[] = [];
  // A page may be empty and not the last.
  for (;;) {
    const page = await available(pages.next());
    if (page.done) return found;
    for (const entity of page.value) found.push(toFoundRow(entity));
    if (found.length >= keys.limit) return found.slice(0, keys.limit);
  }
}

const pageRowsMax = 1000;

function toFoundRow(entity: object): FoundRow {
  const { rowKey, etag, ...rest } = Entity.parse(entity);
  const properties = Object.entries(rest).filter(([name]) => !systemProperties.has(name));
  return { rowKey, etag, row: Object.fromEntries(properties) as RowProperties };
}

const Entity = z.looseObject({ rowKey: z.string(), etag: z.string() });
const systemProperties = new Set(['partitionKey', 'timestamp', 'odata.metadata']);
