import type { RunId } from '../model/ids.ts';
import type { SyncState } from './run-records.ts';
import type { NestedSettings } from './settings.ts';

/** What a timer does for a directory: nothing, start a run, or wake the active one whose message may be lost. */
export type Due = 'nothing' | 'start' | 'wake';

/** A run is started when the interval has passed since the last one began, whatever became of that (XA-02, XA-03). */
export function dueNow(settings: NestedSettings, state: SyncState, now: number): Due {
  if (state.activeRun !== undefined) return 'wake';
  if (settings.intervalMinutes === 0) return 'nothing';
  return now >= nextRunAt(settings, state) ? 'start' : 'nothing';
}

/** Milliseconds since 1970; infinite when runs start only by hand (XA-13). */
export function nextRunAt({ intervalMinutes }: NestedSettings, { lastRun }: SyncState): number {
  if (intervalMinutes === 0) return Number.POSITIVE_INFINITY;
  return lastRun === undefined ? 0 : orderedAt(lastRun) + intervalMinutes * 60_000;
}

/** Run ids begin with the time of their making. */
export const orderedAt = (run: RunId) => Number.parseInt(run.slice('run_'.length, 'run_'.length + 12), 16);
