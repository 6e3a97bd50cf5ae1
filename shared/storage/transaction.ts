import { RestError, type TableClient } from '@azure/data-tables';
import { limits } from '../model/limits.ts';
import { type RowChange, submitBatch } from './batch.ts';
import { wasRepeated } from './retrying.ts';
import { available, ifThere } from './storage-busy.ts';

/** What became of a transaction: all of it or nothing. */
export type TransactionOutcome =
  /** Entity tags in the order of the changes; none when the answer was lost and the proof row told. */
  | { readonly kind: 'committed'; readonly etags: readonly (string | undefined)[] }
  | { readonly kind: 'refused'; readonly why: 'exists' | 'missing' | 'changed'; readonly change: RowChange };

export interface Transaction {
  readonly partitionKey: string;
  readonly changes: readonly RowChange[];
  /**
   * Key of a row that this transaction alone inserts. A repeated send may be refused because of its own first success:
   * when this row is there, the transaction was carried out.
   */
  readonly proof: string;
}

/** Sends at most 100 changes as one; throws `StorageBusy` on an outage, and whole what nobody expects. */
export async function transact(table: TableClient, transaction: Transaction): Promise<TransactionOutcome> {
  const { partitionKey, changes, proof } = transaction;
  if (changes.length === 0 || changes.length > limits.transactionRowsMax) {
    throw new Error(`a transaction of ${changes.length} rows`);
  }
  try {
    return { kind: 'committed', etags: await available(submitBatch(table, partitionKey, changes)) };
  } catch (error) {
    const refused = refusalOf(error, changes);
    if (refused === undefined) throw error;
    if (error instanceof RestError && wasRepeated(error)) {
      const select = { queryOptions: { select: ['RowKey'] } };
      const found = await ifThere(table.getEntity(partitionKey, proof, select));
      if (found !== undefined) return { kind: 'committed', etags: [] };
    }
    return refused;
  }
}

const reasons = { 404: 'missing', 409: 'exists', 412: 'changed' } as const;

function refusalOf(error: unknown, changes: readonly RowChange[]): TransactionOutcome | undefined {
  if (!(error instanceof RestError)) return undefined;
  const why = reasons[error.statusCode as keyof typeof reasons];
  const index = /^(\d+):/.exec(error.message)?.[1];
  const change = changes[Number(index ?? 0)];
  // A missing table or a rejected body is no refusal of a row.
  if (why === undefined || index === undefined || change === undefined) return undefined;
  return { kind: 'refused', why, change };
}
