import type { DirectoryId } from '../model/ids.ts';
import type { PositionWalk } from './directory-store.ts';

/** A row of a list, so that a client that walks forward by index does not make us walk again. */
export interface KnownPosition {
  /** From 0. */
  readonly offset: number;
  readonly position: string;
}

/** A list whose rows have positions: one kind of one directory in one order. */
export interface ListOrder {
  readonly directory: DirectoryId;
  readonly kind: PositionWalk['kind'];
  readonly order: PositionWalk['order'];
}

interface Seen {
  readonly size?: number;
  readonly now: number;
}

interface Walked {
  /** Size of the list when these positions held. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly known: readonly KnownPosition[];
}

const listsMax = 256;
const positionsMax = 2048;
const lifeMilliseconds = 120_000;

/**
 * Positions of lists, remembered in this process only. They are dropped when a row may have moved: on a delete or a
 * rename here, when the size of the list shows one elsewhere, and after two minutes. A list is right without them.
 */
export class ListPositions {
  readonly #lists = new Map<string, Walked>();

  /** The last known row at or before `offset`, if the list may still be as it was; without a size, as a guess. */
  before(list: ListOrder, offset: number, seen: Seen): KnownPosition | undefined {
    const walked = this.#lists.get(keyOf(list));
    if (!walked || !isCurrent(walked, list, seen)) return undefined;
    return walked.known.findLast((known) => known.offset <= offset);
  }

  remember(
    list: ListOrder,
    known: KnownPosition,
    seen: { readonly size: number; readonly now: number },
  ): void {
    const key = keyOf(list);
    const walked = this.#lists.get(key);
    const kept = walked && isCurrent(walked, list, seen) ? walked.known : [];
    const others = kept.filter((other) => other.offset !== known.offset);
    const all = [...others, known].sort((one, other) => one.offset - other.offset);
    this.#lists.delete(key);
    this.#lists.set(key, { size: seen.size, at: seen.now, known: all.slice(-positionsMax) });
    for (const oldest of this.#lists.keys()) {
      if (this.#lists.size <= listsMax) break;
      this.#lists.delete(oldest);
    }
  }

  forget(directory: DirectoryId, kind: ListOrder['kind']): void {
    for (const order of ['id', 'userName', 'displayName'] as const) {
      this.#lists.delete(keyOf({ directory, kind, order }));
    }
  }
}

/** New rows come last in id order and anywhere in the order of names. */
function isCurrent(walked: Walked, list: ListOrder, { size, now }: Seen): boolean {
  if (now - walked.at >= lifeMilliseconds) return false;
  if (size === undefined) return true;
  return list.order === 'id' ? size >= walked.size : size === walked.size;
}

const keyOf = (list: ListOrder) => `${list.directory}|${list.kind}|${list.order}`;
