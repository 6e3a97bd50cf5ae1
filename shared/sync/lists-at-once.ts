import type { RunId } from '../model/ids.ts';
import type { Reread } from './run-records.ts';

/**
 * More groups than this are not read by list in one run, nor remembered for the next: that one reads all groups anew, which costs less, and
 * what a run remembers fits its row. Of dynamic groups, which a list has to confirm, each such reading leaves this many fewer.
 */
export const listsAtOnce = 6000;

export interface FewLists {
  readonly rereads: Reread[];
  /** Some had to be left out. */
  readonly tooMany: boolean;
}

/** The first of them, and whether those are all. */
export const asFewLists = (rereads: readonly Reread[], most = listsAtOnce): FewLists => ({
  rereads: rereads.slice(0, most),
  tooMany: rereads.length > most,
});

/**
 * Those come last that wait for longest, and among them each run begins elsewhere: where Graph does not answer some, it comes to all of the
 * others sooner or later.
 */
export function inReadingOrder(rereads: readonly Reread[], run: RunId): readonly Reread[] {
  const begin = run.slice(-8);
  const turnOf = ({ group }: Reread) => (group >= begin ? 0 : 1);
  return rereads.toSorted((one, other) => one.rounds - other.rounds || turnOf(one) - turnOf(other));
}
