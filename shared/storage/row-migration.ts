import { RestError, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { limits } from '../model/limits.ts';
import { type RowChange, type RowProperties, submitBatch } from './batch.ts';
import { available } from './storage-busy.ts';

/** How a row of one version becomes one of the next; `schema` is set for it. */
export type RowSteps = Readonly<Record<number, (row: RowProperties) => RowProperties>>;

/** A row was written by a newer release than this one: it is left alone, as nobody here knows what it means. */
export class UnknownRowSchema extends Error {
  override readonly name = 'UnknownRowSchema';
}

/**
 * The row as the newest version that `steps` lead to, whichever known version it was written in: while a release rolls out,
 * instances of both write. Throws `UnknownRowSchema` for a version that is newer, or older than all steps.
 */
export function upToDate(row: RowProperties, steps: RowSteps, newest: number): RowProperties {
  let { schema, ...properties } = VersionedRow.parse(row);
  for (; schema < newest; schema++) {
    const step = steps[schema];
    if (step === undefined) break;
    properties = step(properties as RowProperties);
  }
  if (schema !== newest) throw new UnknownRowSchema(`a row of schema ${schema}, where ${newest} is known`);
  return { ...properties, schema } as RowProperties;
}

const VersionedRow = z.looseObject({ schema: z.int().nonnegative() });

export interface Migration {
  readonly steps: RowSteps;
  readonly newest: number;
  /** Beginning of the row keys it is about. */
  readonly prefix: string;
  readonly onProgress?: (rewritten: number) => void;
}

/**
 * Rewrites rows of older versions, page by page, each on condition that it is still as it was read: what somebody writes meanwhile
 * is theirs, and is looked at again. What is left to do is found by the rows' own versions, so that it may be stopped, started
 * again and run twice at once. Returns how many rows it rewrote.
 */
export async function migrateRows(table: TableClient, migration: Migration): Promise<number> {
  let rewritten = 0;
  for (let pass = 0; pass < passesMax; pass++) {
    let seen = 0;
    for await (const page of olderRows(table, migration)) {
      seen += page.length;
      for (const batch of batchesOf(page)) {
        rewritten += await rewrite(table, batch, migration);
        migration.onProgress?.(rewritten);
      }
    }
    if (seen === 0) return rewritten;
  }
  throw new Error(`rows kept changing into older versions: an instance of the release before still writes`);
}

const passesMax = 20;

const FoundRow = z.looseObject({ partitionKey: z.string(), rowKey: z.string(), etag: z.string() });
type FoundRow = z.infer<typeof FoundRow>;

async function* olderRows(table: TableClient, { prefix, newest }: Migration) {
  const end = prefix === '' ? '' : ` and RowKey lt '${prefix.slice(0, -1)}${following(prefix)}'`;
  const start = prefix === '' ? '' : ` and RowKey ge '${prefix}'`;
  const pages = table
    .listEntities({ queryOptions: { filter: `schema lt ${newest}${start}${end}` } })
    .byPage({ maxPageSize: 1000 });
  for (let page = await available(pages.next()); !page.done; page = await available(pages.next()))
    yield page.value.map((entity) => FoundRow.parse(entity));
}

const following = (prefix: string) => String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);

/** Rows of one partition, as many as a transaction of large rows takes. */
function batchesOf(page: readonly FoundRow[]): readonly (readonly FoundRow[])[] {
  const batches: FoundRow[][] = [];
  for (const row of page) {
    const last = batches.at(-1);
    const fits = last?.[0]?.partitionKey === row.partitionKey && last.length < rowsAtOnce;
    if (fits) last.push(row);
    else batches.push([row]);
  }
  return batches;
}

/** Rows may be nearly a mebibyte, and a transaction four. */
const rowsAtOnce = Math.min(limits.transactionRowsMax, 20);

async function rewrite(
  table: TableClient,
  batch: readonly FoundRow[],
  migration: Migration,
): Promise<number> {
  const [first] = batch;
  if (first === undefined) return 0;
  const changes = batch.map((found) => changeOf(found, migration));
  try {
    await available(submitBatch(table, first.partitionKey, changes));
    return batch.length;
  } catch (error) {
    if (!(error instanceof RestError) || ![404, 412, 413].includes(error.statusCode ?? 0)) throw error;
    if (batch.length === 1) return 0;
    // One of them was changed meanwhile, or together they are too large: each for itself.
    let rewritten = 0;
    for (const found of batch) rewritten += await rewrite(table, [found], migration);
    return rewritten;
  }
}

function changeOf({ rowKey, etag, ...entity }: FoundRow, { steps, newest }: Migration): RowChange {
  const own = Object.entries(entity).filter(([name]) => !systemProperties.has(name));
  return {
    action: 'replace',
    rowKey,
    etag,
    row: upToDate(Object.fromEntries(own) as RowProperties, steps, newest),
  };
}

const systemProperties = new Set(['partitionKey', 'timestamp', 'odata.metadata']);
