import type { FittingCommit, NestedDirectoryStore } from '../../../shared/sync/nested-store.ts';

/** How much fits in a transaction, as it is set. */
export interface Room {
  /** In a rough life some transactions are too long for no reason that one can see, as where chunks are large. */
  readonly isRough: boolean;
  readonly wholeRefused: boolean;
  readonly fittingMax: number;
  readonly random: () => number;
}

/** A store in whose transactions less fits than would. */
export const fittedStore = (store: NestedDirectoryStore, room: () => Room): NestedDirectoryStore => ({
  ...store,
  commitWhole: async (...of) => {
    const { isRough, wholeRefused, random } = room();
    if (wholeRefused || (isRough && random() < 0.2)) return false;
    return await store.commitWhole(...of);
  },
  commitFitting: async (directory, fence, commit) => {
    const some = lessOf(commit, room());
    return some === undefined ? undefined : await store.commitFitting(directory, fence, some);
  },
});

function lessOf(
  { must, more, last }: FittingCommit,
  { isRough, fittingMax, random }: Room,
): FittingCommit | undefined {
  const isTight = isRough && random() < 0.2;
  const some = more.slice(0, isTight ? Math.floor(random() * 5) : fittingMax);
  if (must.length + some.length === 0) return undefined;
  return { must, more: some, last: some.length === more.length ? last : [] };
}
