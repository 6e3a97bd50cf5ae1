import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface MemorySample {
  readonly seconds: number;
  readonly rssMegabytes: number;
  /** What is still reachable, after a collection. */
  readonly heapMegabytes: number;
}

export interface MemoryWatch {
  readonly sample: () => void;
  readonly samples: readonly MemorySample[];
}

export function watchMemory(): MemoryWatch {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const begun = performance.now();
  const samples: MemorySample[] = [];
  const megabytes = (bytes: number) => Math.round((bytes / 1024 / 1024) * 10) / 10;
  return {
    samples,
    sample() {
      collect();
      const { rss, heapUsed } = process.memoryUsage();
      const seconds = (performance.now() - begun) / 1000;
      samples.push({ seconds, rssMegabytes: megabytes(rss), heapMegabytes: megabytes(heapUsed) });
    },
  };
}

/** Megabytes a minute: the median of the slopes of all pairs (Theil and Sen), which a few high samples do not move. */
export function slopePerMinute(
  samples: readonly MemorySample[],
  of: 'rssMegabytes' | 'heapMegabytes',
): number {
  const slopes = samples.flatMap((one, index) =>
    samples.slice(index + 1).map((other) => ((other[of] - one[of]) / (other.seconds - one.seconds)) * 60),
  );
  return slopes.sort((one, other) => one - other)[Math.floor(slopes.length / 2)] ?? 0;
}
