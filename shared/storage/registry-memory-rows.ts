import type { Property, RowChange, RowProperties } from './batch.ts';
import type { FoundRow, Rows } from './registry-rows.ts';

/** A table in memory with the codes of the real one: for `--memory`, tests and benchmarks. */
export function memoryRows(): Rows {
  const partitions = new Map<string, Map<string, FoundRow>>();
  let version = 0;

  const partition = (key: string): Map<string, FoundRow> => {
    const rows = partitions.get(key) ?? new Map<string, FoundRow>();
    partitions.set(key, rows);
    return rows;
  };

  function apply(rows: Map<string, FoundRow>, change: RowChange): void {
    if (change.action === 'delete') {
      rows.delete(change.rowKey);
      return;
    }
    const before = change.action === 'merge' ? rows.get(change.rowKey)?.row : undefined;
    const etag = `W/"${++version}"`;
    rows.set(change.rowKey, { rowKey: change.rowKey, etag, row: { ...before, ...defined(change.row) } });
  }

  return {
    row: async (partitionKey, rowKey) => partitions.get(partitionKey)?.get(rowKey),

    async range(partitionKey, { from, after, to, limit }) {
      const rows = [...(partitions.get(partitionKey)?.values() ?? [])];
      return rows
        .filter(({ rowKey }) => (after === undefined ? rowKey >= from : rowKey > after) && rowKey < to)
        .sort((one, other) => (one.rowKey < other.rowKey ? -1 : 1))
        .slice(0, limit);
    },

    async transact({ partitionKey, changes }) {
      const rows = partition(partitionKey);
      for (const change of changes) {
        const why = obstacle(rows.get(change.rowKey), change);
        if (why !== undefined) return { kind: 'refused', why, change };
      }
      for (const change of changes) apply(rows, change);
      return { kind: 'committed', etags: changes.map(({ rowKey }) => rows.get(rowKey)?.etag) };
    },
  };
}

function obstacle(
  found: FoundRow | undefined,
  change: RowChange,
): 'exists' | 'missing' | 'changed' | undefined {
  if (change.action === 'upsert') return undefined;
  if (change.action === 'insert') return found === undefined ? undefined : 'exists';
  if (found === undefined) return 'missing';
  return change.etag === undefined || change.etag === found.etag ? undefined : 'changed';
}

const defined = (row: RowProperties): Readonly<Record<string, Property>> =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
