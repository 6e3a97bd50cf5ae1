import type { TableClient } from '@azure/data-tables';
import type { DirectoryId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { Randomness } from '../model/new-ids.ts';
import type { RowChange } from './batch.ts';
import { counterKey } from './directory-keys.ts';
import { CounterRow, rowSchema } from './directory-rows.ts';
import { ifThere } from './storage-busy.ts';

export type CountedKind = 'user' | 'group';

/** A counter row of the directory, for the time of one transaction. */
export interface Shard {
  readonly change: RowChange;
  /** The transaction was carried out; without the row's new entity tag it is read again before its next use. */
  committed(etag: string | undefined): void;
  /** The row is another than remembered. */
  stale(): void;
  /** Gives the shard back to others; always called. */
  release(): void;
}

interface ShardState {
  readonly number: number;
  /** Undefined until read; a row that is not there yet has no tag. */
  known: { readonly count: number; readonly etag: string | undefined } | undefined;
}

interface Pool {
  /** Last used first, so that a process keeps to the shards it knows. */
  readonly free: ShardState[];
  readonly waiting: ((shard: ShardState) => void)[];
}

/** Directories whose shards one process remembers. */
const poolsMax = 2000;

/**
 * Counts of a directory's objects, each over 16 rows that are changed within the transaction that adds or removes an object.
 * A process remembers value and entity tag of the rows it used, so that a warm write reads nothing.
 */
export function counters(table: TableClient, random: Randomness) {
  const pools = new Map<string, Pool>();

  async function take(directory: DirectoryId, kind: CountedKind, by: 1 | -1): Promise<Shard> {
    const pool = poolOf(`${directory}|${kind}`);
    const shard = pool.free.pop() ?? (await new Promise<ShardState>((taken) => pool.waiting.push(taken)));
    const rowKey = counterKey(kind, shard.number);
    const release = () => {
      const next = pool.waiting.shift();
      if (next) next(shard);
      else pool.free.push(shard);
    };
    try {
      shard.known ??= await read(directory, rowKey);
    } catch (error) {
      release();
      throw error;
    }
    const { count, etag } = shard.known;
    const row = { schema: rowSchema, count: count + by };
    return {
      change:
        etag === undefined ? { action: 'insert', rowKey, row } : { action: 'replace', rowKey, row, etag },
      committed: (next) => {
        shard.known = next === undefined ? undefined : { count: count + by, etag: next };
      },
      stale: () => {
        shard.known = undefined;
      },
      release,
    };
  }

  async function read(directory: DirectoryId, rowKey: string) {
    const found = await ifThere(table.getEntity(directory, rowKey));
    if (found === undefined) return { count: 0, etag: undefined };
    const { count, etag } = CounterRow.parse(found);
    return { count, etag };
  }

  function poolOf(key: string): Pool {
    const known = pools.get(key);
    if (known) return known;
    if (pools.size >= poolsMax) forgetOldest();
    const first = (random.randomBytes(1)[0] ?? 0) % limits.counterShards;
    const numbers = Array.from(
      { length: limits.counterShards },
      (_, step) => (first + step) % limits.counterShards,
    );
    const pool = { free: numbers.map((number) => ({ number, known: undefined })), waiting: [] };
    pools.set(key, pool);
    return pool;
  }

  /** What is forgotten is read again; a transaction under way keeps its shard and at worst loses a race. */
  function forgetOldest(): void {
    for (const [key, pool] of pools) {
      if (pool.free.length === limits.counterShards) {
        pools.delete(key);
        return;
      }
    }
  }

  return { take };
}
