import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RoundTrips } from './round-trips.ts';

/** What each request cost when it was last looked at: a change that makes one dearer says so by changing this file. */
export interface Baseline {
  readonly roundTrips: Readonly<Record<string, { readonly waves: number; readonly requests: number }>>;
}

const path = join(import.meta.dirname, 'baseline.json');

export const readBaseline = (): Baseline => JSON.parse(readFileSync(path, 'utf8'));

export function writeBaseline(measured: readonly RoundTrips[]): void {
  const roundTrips = Object.fromEntries(
    measured.map(({ name, waves, requests }) => [name, { waves, requests }]),
  );
  writeFileSync(path, `${JSON.stringify({ roundTrips }, null, 2)}\n`);
}

/** What takes more round trips than its budget, more requests than the baseline, or is not in it. */
export function baselineFaults(measured: readonly RoundTrips[]): readonly string[] {
  const { roundTrips } = readBaseline();
  return measured.flatMap(({ name, waves, requests, budget }) => {
    const before = roundTrips[name];
    if (waves > budget) return [`${name}: ${waves} round trips, the budget is ${budget}`];
    if (before === undefined) return [`${name}: not in bench/baseline.json; run with --write-baseline`];
    if (requests > before.requests) {
      return [`${name}: ${requests} requests to storage, were ${before.requests}`];
    }
    return [];
  });
}
