/** Random choices that a seed repeats exactly: the same seed gives the same tenant, the same rounds and the same faults. */
export interface SeededRandom {
  /** From 0 up to, but not including, 1. */
  fraction(): number;
  /** A whole number from 0 up to, but not including, `below`. */
  below(below: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** Up to `count` different elements, in random order. */
  sample<T>(from: readonly T[], count: number): T[];
  /** A UUID of version 4, lower case. */
  uuid(): string;
}

/** Mulberry32: fractions from 0 up to, but not including, 1, the same on every machine. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Choices by fractions that begin at an FNV-1a hash of the seed's text. */
export function seededRandom(seed: string | number): SeededRandom {
  const fraction = seeded(fnv1a(String(seed)));
  const below = (limit: number) => Math.floor(fraction() * limit);
  return {
    fraction,
    below,
    chance: (probability) => fraction() < probability,
    pick: (from) => elementAt(from, below(from.length)),
    sample: (from, count) => shuffledHead(from, count, below),
    uuid: () => uuidFrom(below),
  };
}

/** The element at an index that is known to exist. */
export function elementAt<T>(list: readonly T[], index: number): T {
  if (index < 0 || index >= list.length) throw new Error(`no element ${index} in a list of ${list.length}`);
  return list[index] as T;
}

/** How many of `total` things the thing of rank `rank` (from 1) has, when the counts follow a power law. */
export const powerLawShare = (total: number, rank: number, exponent = 0.9): number =>
  Math.max(1, Math.round(total / rank ** exponent));

function shuffledHead<T>(from: readonly T[], count: number, below: (limit: number) => number): T[] {
  const rest = [...from];
  const taken = Math.min(count, rest.length);
  for (let index = 0; index < taken; index++) {
    const other = index + below(rest.length - index);
    const swapped = elementAt(rest, index);
    rest[index] = elementAt(rest, other);
    rest[other] = swapped;
  }
  return rest.slice(0, taken);
}

function uuidFrom(below: (limit: number) => number): string {
  const digits = Array.from({ length: 32 }, () => below(16).toString(16)).join('');
  const variant = '89ab'[below(4)];
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}
