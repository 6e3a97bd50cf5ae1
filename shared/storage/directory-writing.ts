import type { DirectoryChange } from '../directory/outbox.ts';
import type { DirectoryId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { Refusal } from '../model/refusal.ts';
import type { RowChange } from './batch.ts';
import type { CountedKind, Shard } from './counters.ts';
import { outboxKey } from './directory-keys.ts';
import { rowSchema } from './directory-rows.ts';
import type { DirectoryTable } from './directory-table.ts';
import { type TransactionOutcome, transact } from './transaction.ts';

export interface Writing {
  readonly rows: readonly RowChange[];
  readonly count?: { readonly kind: CountedKind; readonly by: 1 | -1 };
  /** What consumers are told; it goes with the rows. */
  readonly changes: readonly DirectoryChange[];
  /** RFC 3339. */
  readonly at: string;
}

/** Rows that `write` adds to those of a change. */
export const outboxRows = 1;
export const counterRows = 1;

/** One transaction with its outbox row and counter; a lost race for a counter is its own affair. */
export async function write(
  shared: DirectoryTable,
  directory: DirectoryId,
  writing: Writing,
): Promise<TransactionOutcome> {
  const proof = outboxKey(shared.stamp());
  const row = { schema: rowSchema, at: writing.at, changes: JSON.stringify(writing.changes) };
  const rows: readonly RowChange[] = [...writing.rows, { action: 'insert', rowKey: proof, row }];
  for (let attempt = 1; attempt <= limits.writeAttemptsMax; attempt++) {
    const shard =
      writing.count && (await shared.counters.take(directory, writing.count.kind, writing.count.by));
    try {
      const outcome = await committing(shared, { directory, rows, proof, shard });
      if (outcome !== 'counter-raced') return outcome;
    } finally {
      shard?.release();
    }
  }
  throw busy();
}

/** Many writers at once; the caller may come again at once. */
export const busy = () =>
  new Refusal('busy', 'The directory is being changed by many requests at once; try again shortly.', {
    headers: { 'retry-after': '1' },
  });

async function committing(
  shared: DirectoryTable,
  what: {
    readonly directory: DirectoryId;
    readonly rows: readonly RowChange[];
    readonly proof: string;
    readonly shard: Shard | undefined;
  },
): Promise<TransactionOutcome | 'counter-raced'> {
  const { directory, rows, proof, shard } = what;
  const changes = shard ? [...rows, shard.change] : rows;
  try {
    const outcome = await transact(shared.table, { partitionKey: directory, changes, proof });
    if (outcome.kind === 'committed') shard?.committed(outcome.etags.at(-1));
    else if (outcome.change === shard?.change) {
      shard.stale();
      return 'counter-raced';
    }
    return outcome;
  } catch (error) {
    // It may have been applied or not.
    shard?.stale();
    throw error;
  }
}
