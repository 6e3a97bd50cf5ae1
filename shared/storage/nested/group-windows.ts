import type { DirectoryId } from '../../model/ids.ts';
import type { RangeRow } from '../directory-table.ts';
import { nestedPrefix } from './nested-keys.ts';
import type { NestedTable } from './nested-table.ts';
import { ownKeyOf } from './spread-ids.ts';

export type Rows = ReadonlyMap<string, RangeRow>;

/** Rows about some groups. */
const rowsPerWindow = 500;

/** What there is of each group beside its fields; full chunks are of 64 KiB, and the emulator's pages have no bound of bytes. */
const streams = [
  { prefix: nestedPrefix.group, select: ['life', 'told', 'held'] },
  { prefix: nestedPrefix.facts },
  { prefix: nestedPrefix.members, pageRows: 250 },
  { prefix: nestedPrefix.held, select: ['schema'] },
] as const;

/** All rows of a directory that are about its groups, in the order of their ids, many groups at a time and each of them whole. */
export async function* groupWindows(shared: NestedTable, directory: DirectoryId): AsyncIterable<Rows> {
  const heads = await Promise.all(
    streams.map(async ({ prefix, ...options }) => {
      const head = new Head(rowsIn(shared.pages(directory, prefix, options)));
      await head.next();
      return head;
    }),
  );
  let window = new Map<string, RangeRow>();
  for (;;) {
    const group = leastOf(heads.flatMap(({ row }) => (row === undefined ? [] : [groupOf(row)])));
    if (group === undefined) break;
    for (const head of heads) {
      for (; head.row !== undefined && groupOf(head.row) === group; await head.next())
        window.set(head.row.rowKey, head.row);
    }
    if (window.size < rowsPerWindow) continue;
    yield window;
    window = new Map();
  }
  if (window.size > 0) yield window;
}

/** A stream of rows and the one that is first in it now. */
class Head {
  row: RangeRow | undefined;
  readonly #rows: AsyncIterator<RangeRow>;

  constructor(rows: AsyncIterable<RangeRow>) {
    this.#rows = rows[Symbol.asyncIterator]();
  }

  async next(): Promise<void> {
    const { value, done } = await this.#rows.next();
    this.row = done === true ? undefined : value;
  }
}

export async function* rowsIn(pages: AsyncIterable<readonly RangeRow[]>): AsyncIterable<RangeRow> {
  for await (const page of pages) yield* page;
}

const groupOf = ({ rowKey }: RangeRow): string => ownKeyOf(rowKey).split('|')[1] ?? '';

function leastOf(ids: readonly string[]): string | undefined {
  return ids.reduce<string | undefined>(
    (least, id) => (least === undefined || id < least ? id : least),
    undefined,
  );
}
