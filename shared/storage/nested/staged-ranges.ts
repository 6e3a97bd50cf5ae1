import type { DirectoryId } from '../../model/ids.ts';
import type { JournalRange, StagedRange } from '../../sync/nested-store.ts';
import { JournalPart, StagedPage } from '../../sync/round-records.ts';
import { journalPartKey, stagedKey } from './nested-keys.ts';
import type { NestedTable } from './nested-table.ts';
import { unpackValue } from './packed-value.ts';

/** Rows with one answer: a page as read is mostly below 40 kB, a part of a journal below 400 kB. */
const stagedAtOnce = 32;
const partsAtOnce = 8;

export async function* stagedPagesOf(
  shared: NestedTable,
  directory: DirectoryId,
  { run, stream, ...range }: StagedRange,
): AsyncIterable<StagedPage | undefined> {
  const keyOf = (page: number) => stagedKey({ run, stream, page });
  for await (const value of numbered(shared, directory, { ...range, keyOf, pageRows: stagedAtOnce })) {
    yield value && StagedPage.parse(value());
  }
}

export async function* journalPartsOf(
  shared: NestedTable,
  directory: DirectoryId,
  { run, ...range }: JournalRange,
): AsyncIterable<JournalPart | undefined> {
  const keyOf = (part: number) => journalPartKey(run, part);
  for await (const value of numbered(shared, directory, { ...range, keyOf, pageRows: partsAtOnce })) {
    yield value && JournalPart.parse(value());
  }
}

interface Numbered {
  readonly from: number;
  readonly to: number;
  readonly keyOf: (number: number) => string;
  readonly pageRows: number;
}

/** The value under each number in its turn, undefined where there is no row; unpacked when it is asked for. */
async function* numbered(
  shared: NestedTable,
  directory: DirectoryId,
  { from, to, keyOf, pageRows }: Numbered,
): AsyncIterable<(() => unknown) | undefined> {
  if (from >= to) return;
  let at = from;
  for await (const page of shared.pages(directory, keyOf(from), { before: keyOf(to), pageRows })) {
    for (const row of page) {
      for (; keyOf(at) < row.rowKey; at++) yield undefined;
      yield () => unpackValue(row);
      at++;
    }
  }
  for (; at < to; at++) yield undefined;
}
