import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a process holds, in megabytes. */
export interface MemoryUse {
  /** What the machine counts for it, and what would end an instance. */
  readonly resident: number;
  /** Objects still reachable. */
  readonly heap: number;
  /** Buffers and the like beside the heap. */
  readonly external: number;
}

export interface MemorySample extends MemoryUse {
  readonly seconds: number;
}

/** Measures this process after a collection, so that only what is still held counts. */
export function memoryUse(): () => MemoryUse {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const megabytes = (bytes: number) => Math.round((bytes / 1024 / 1024) * 10) / 10;
  return () => {
    collect();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { resident: megabytes(rss), heap: megabytes(heapUsed), external: megabytes(external) };
  };
}

/** Megabytes a minute: the median of the slopes of all pairs (Theil and Sen), which a few high samples do not move. */
function slopePerMinute(samples: readonly MemorySample[], of: keyof MemoryUse): number {
  const slopes = samples.flatMap((one, index) =>
    samples.slice(index + 1).map((other) => ((other[of] - one[of]) / (other.seconds - one.seconds)) * 60),
  );
  return slopes.sort((one, other) => one - other)[Math.floor(slopes.length / 2)] ?? 0;
}

/** Caches fill, code is compiled and the allocator finds its size. */
const warmUpSeconds = 300;
const judgedSecondsMin = 120;
/** Megabytes: an instance of 2 GB would live for more than a day at the bound, and the platform recycles it before. */
const perMinuteMax = { resident: 1, heap: 0.5 } as const;

export type MemoryVerdict =
  | { readonly kind: 'too-short'; readonly minutesNeeded: number }
  | {
      readonly kind: 'judged';
      /** Megabytes a minute after the warm-up, in the half that grew less. */
      readonly growth: MemoryUse;
      /** Each a sentence; empty when memory stayed flat. */
      readonly faults: readonly string[];
    };

/**
 * Once the service is warm, flat is what does not grow by more than its bound a minute in both halves of the time that is left. A leak
 * goes on; an allocator that takes another step of some megabytes does so in one half.
 */
export function memoryVerdict(samples: readonly MemorySample[]): MemoryVerdict {
  const warm = samples.filter(({ seconds }) => seconds >= warmUpSeconds);
  const judged = (warm.at(-1)?.seconds ?? 0) - (warm[0]?.seconds ?? 0);
  if (judged < judgedSecondsMin)
    return { kind: 'too-short', minutesNeeded: Math.ceil((warmUpSeconds + judgedSecondsMin) / 60) + 1 };
  const middle = Math.floor(warm.length / 2);
  const halves = [warm.slice(0, middle), warm.slice(middle)];
  const grown = (of: keyof MemoryUse) => Math.min(...halves.map((half) => slopePerMinute(half, of)));
  const growth = { resident: grown('resident'), heap: grown('heap'), external: grown('external') };
  const faults = (['resident', 'heap'] as const)
    .filter((of) => growth[of] > perMinuteMax[of])
    .map((of) => `${of} memory of the service grows by ${growth[of].toFixed(2)} MB a minute`);
  return { kind: 'judged', growth, faults };
}
