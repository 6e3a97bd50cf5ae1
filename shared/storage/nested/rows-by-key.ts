import type { DirectoryId } from '../../model/ids.ts';
import type { RangeRow } from '../directory-table.ts';
import { sideBySide } from '../side-by-side.ts';
import type { NestedTable } from './nested-table.ts';

/**
 * The rows that are there, by their keys, which begin alike. A few are read one by one. Many may be much of all there are: they are
 * read in pages, as long as enough of what a page brings was asked for; one page more than needed finds out.
 */
export async function rowsByKey(
  shared: NestedTable,
  directory: DirectoryId,
  keys: readonly string[],
): Promise<ReadonlyMap<string, RangeRow>> {
  const sorted = [...new Set(keys)].sort();
  const found = new Map<string, RangeRow>();
  const read = sorted.length < scannedFrom ? 0 : await scanned(shared, directory, { sorted, found });
  const rows = await sideBySide(sorted.slice(read), (key) => shared.row(directory, key));
  for (const row of rows) if (row !== undefined) found.set(row.rowKey, row);
  return found;
}

/** Fewer keys are not worth a page, and so are pages of which not every fourth row was asked for. */
const scannedFrom = 64;
const rowsForOneMax = 4;

/** How many of the keys were read when pages were not worth it any more. */
async function scanned(
  shared: NestedTable,
  directory: DirectoryId,
  { sorted, found }: { readonly sorted: readonly string[]; readonly found: Map<string, RangeRow> },
): Promise<number> {
  const wanted = new Set(sorted);
  const [first = '', last = ''] = [sorted[0], sorted.at(-1)];
  let passed = 0;
  let rows = 0;
  for await (const page of shared.pages(directory, first, { before: `${last}~` })) {
    for (const row of page) if (wanted.has(row.rowKey)) found.set(row.rowKey, row);
    rows += page.length;
    const end = page.at(-1)?.rowKey ?? '';
    while (passed < sorted.length && (sorted[passed] as string) <= end) passed++;
    if (rows > passed * rowsForOneMax) return passed;
  }
  return sorted.length;
}
