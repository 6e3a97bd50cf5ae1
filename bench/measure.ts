/** Sends one request and waits for its whole answer; `turn` counts from 0. */
export type Send = (turn: number) => Promise<void>;

export interface Figure {
  readonly p50: number;
  readonly p99: number;
  /** Requests per second at eight connections. */
  readonly perSecond: number;
  /** Processor time of the server per request, milliseconds. */
  readonly cpu: number;
}

export interface MeasureOptions {
  readonly seconds: number;
  /** Turns there are; an operation that uses something up ends with them. */
  readonly turnsMax: number;
  /** Processor time that the server has used, milliseconds. */
  readonly cpuTime: () => Promise<number>;
}

/**
 * Latency one by one, then rate and processor time at eight side by side. Not tinybench: it knows neither processor time nor
 * connections side by side. What takes longer than the time given is measured once.
 */
export async function measure(send: Send, options: MeasureOptions): Promise<Figure> {
  let turn = 0;
  const warm = Math.min(20, options.turnsMax / 10);
  const warmUntil = performance.now() + options.seconds * 250;
  while (turn < warm && performance.now() < warmUntil) await send(turn++);
  const latencies: number[] = [];
  const alone = await phase({ options, width: 1, share: 0.5, spent: () => turn }, async () => {
    const from = performance.now();
    await send(turn++);
    latencies.push(performance.now() - from);
  });
  latencies.sort((one, other) => one - other);
  const at = (share: number) => latencies[Math.floor((latencies.length - 1) * share)] ?? 0;
  const slow = at(0.5) > options.seconds * 500;
  const together = slow
    ? alone
    : await phase({ options, width: 8, share: 1, spent: () => turn }, async () => await send(turn++));
  return { p50: at(0.5), p99: at(0.99), perSecond: together.perSecond, cpu: together.cpu };
}

interface Phase {
  readonly options: MeasureOptions;
  readonly width: number;
  /** Part of the turns that may be used up when this phase ends. */
  readonly share: number;
  readonly spent: () => number;
}

async function phase({ options, width, share, spent }: Phase, once: () => Promise<void>) {
  const cpuFrom = await options.cpuTime();
  const [from, turnFrom] = [performance.now(), spent()];
  const until = from + options.seconds * 1000;
  const worker = async () => {
    do {
      await once();
    } while (performance.now() < until && spent() < options.turnsMax * share);
  };
  await Promise.all(Array.from({ length: width }, worker));
  const count = spent() - turnFrom;
  const seconds = (performance.now() - from) / 1000;
  return { perSecond: count / seconds, cpu: ((await options.cpuTime()) - cpuFrom) / count };
}

/** Processor time of this process, milliseconds. */
export async function ownCpuTime(): Promise<number> {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
