import type { RowChange } from '../batch.ts';

/** Rows that go together, and whether there is room for more: 100 rows and 4 MiB, less what the fence and the wrapping take. */
export class TransactionRoom {
  readonly #byKey = new Map<string, RowChange>();
  #bytes = 0;

  get rows(): readonly RowChange[] {
    return [...this.#byKey.values()];
  }

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  /** Takes all of the rows, or none where they are too many. A transaction takes each row once: the last one stands. */
  take(rows: readonly RowChange[]): boolean {
    const coming = new Map(rows.map((row) => [row.rowKey, row]));
    const replaced = [...coming.keys()].flatMap((key) => this.#byKey.get(key) ?? []);
    const count = this.#byKey.size + coming.size - replaced.length;
    const bytes = this.#bytes + bytesOf([...coming.values()]) - bytesOf(replaced);
    if (count > rowsMax || bytes > bytesMax) return false;
    for (const [key, row] of coming) {
      this.#byKey.delete(key);
      this.#byKey.set(key, row);
    }
    this.#bytes = bytes;
    return true;
  }
}

const rowsMax = 99;
const bytesMax = 3_500_000;

const bytesOf = (rows: readonly RowChange[]) => rows.reduce((sum, row) => sum + sizeOf(row), 0);

function sizeOf(row: RowChange): number {
  if (row.action === 'delete') return 500;
  return Object.values(row.row).reduce<number>((sum, value) => {
    if (value instanceof Uint8Array) return sum + value.length * (4 / 3) + 100;
    return sum + (typeof value === 'string' ? Buffer.byteLength(value) * 1.2 : 20) + 30;
  }, 700);
}
