/**
 * Spends resource units as a token bucket does, one per app and tenant, so that parallel calls of a process share one budget
 * and a 429 seen by one call stops them all. Graph throttling limits, identity service: 8,000 units per 10 s in large tenants.
 */
export interface Pacer {
  /** Waits until `units` may be spent, and spends them; where that takes more than `secondsMax`, it says how long and spends nothing. */
  acquire(units: number, secondsMax?: number): Promise<number | undefined>;
  /** Corrects the books by what the service says a call cost. */
  charge(units: number): void;
  /** From `x-ms-throttle-limit-percentage`: 0.8 and more means that the service is about to refuse. */
  nearLimit(share: number): void;
  /** No call leaves before `seconds` have passed. */
  closeFor(seconds: number): void;
}

export interface PacerOptions {
  readonly unitsPerSecond: number;
  /** Units that may be spent at once after idling. */
  readonly burstUnits: number;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

export function pacer(options: PacerOptions): Pacer {
  let units = options.burstUnits;
  let countedAt = options.now();
  let closedUntil = 0;
  let slowness = 1;

  function refill(): void {
    const now = options.now();
    const earned = (Math.max(0, now - countedAt) / 1000) * (options.unitsPerSecond / slowness);
    units = Math.min(options.burstUnits, units + earned);
    countedAt = now;
  }

  function waitMilliseconds(wanted: number): number {
    const closed = Math.max(0, closedUntil - options.now());
    // A call that costs more than a whole burst waits for a full bucket and then runs into debt.
    const missing = Math.min(wanted, options.burstUnits) - units;
    const earning = missing <= 0 ? 0 : (missing * 1000 * slowness) / options.unitsPerSecond;
    return Math.max(closed, Math.ceil(earning));
  }

  return {
    async acquire(wanted, secondsMax = Number.POSITIVE_INFINITY) {
      for (;;) {
        refill();
        const wait = waitMilliseconds(wanted);
        if (wait > secondsMax * 1000) return wait / 1000;
        if (wait === 0) break;
        await options.sleep(Math.min(wait, sleepMillisecondsMax));
      }
      units -= wanted;
      return undefined;
    },
    charge(extra) {
      units -= extra;
    },
    nearLimit(share) {
      refill();
      slowness = share > shareMin ? 1 + (Math.min(share, shareMax) - shareMin) * slowdownPerShare : 1;
    },
    closeFor(seconds) {
      closedUntil = Math.max(closedUntil, options.now() + seconds * 1000);
    },
  };
}

/** Between these Graph tells the share; what it says above means the same as the last, whatever unit it is in. */
const shareMin = 0.8;
const shareMax = 1.8;

/** A timer that is to run for longer than 24 days runs for a millisecond. */
const sleepMillisecondsMax = 60_000;

/** At 80 % nothing changes, at 100 % the pace is a third, at 180 % an eleventh. */
const slowdownPerShare = 10;
