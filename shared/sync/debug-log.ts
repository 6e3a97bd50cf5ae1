import type { Taken } from './counted-graph.ts';
import type { SyncCommand } from './run-events.ts';
import type { RunLogEntry } from './run-log.ts';
import type { SyncRun } from './run-records.ts';
import type { SyncPorts } from './sync-ports.ts';
import type { Done } from './work.ts';

export interface DebugLog {
  /** Keeps what was done, and what came of it; `began` in milliseconds since 1970. */
  did(
    run: SyncRun,
    command: SyncCommand,
    of: { readonly began: number; readonly done: Done & Taken },
  ): Promise<void>;
  /** Keeps for how long the run waits. */
  waits(run: SyncRun, seconds: number): Promise<void>;
  /** Writes what is kept. */
  flush(run: SyncRun): Promise<void>;
}

/**
 * What one message does, thing by thing, in the run's log (S3-73): kinds, phases, times and counts, and ids of groups. Links hold
 * tokens and faults hold texts of others, so neither is in it. Ends at `debugUntil`, also in the middle of a run.
 */
export function debugLog({ log, now }: Pick<SyncPorts, 'log' | 'now'>): DebugLog {
  let kept: RunLogEntry[] = [];
  let number = 0;

  async function flush(run: SyncRun): Promise<void> {
    if (kept.length === 0) return;
    const entries = kept;
    kept = [];
    await log.write(run.directory, run.id, entries);
  }

  async function keep(run: SyncRun, entry: Omit<RunLogEntry, 'key' | 'at' | 'level'>): Promise<void> {
    if (run.debugUntil === undefined || now() >= Date.parse(run.debugUntil)) return;
    const key = `0/debug/${padded(run.step)}/${padded(number++)}`;
    kept.push({ key, at: new Date(now()).toISOString(), level: 'debug', ...entry });
    if (kept.length >= keptMax) await flush(run);
  }

  return {
    did: async (run, command, { began, done }) => {
      const { event, writes, calls, resourceUnits } = done;
      const of = 'stream' in command ? ` ${command.stream}` : '';
      const came = event.kind === 'fault' ? `fault ${event.fault.kind}` : event.kind;
      const items = event.kind === 'page-read' ? event.page.items : undefined;
      await keep(run, {
        code: `debug-${command.kind}`,
        message: `${run.phase}: ${command.kind}${of} gave ${came}`,
        ...(command.kind === 'read-list' ? { object: { kind: 'group', id: command.group } } : {}),
        counts: {
          ...{ milliseconds: now() - began, calls, resourceUnits, rows: writes.length },
          ...(items === undefined ? {} : { items }),
        },
      });
    },
    waits: async (run, seconds) =>
      await keep(run, {
        code: 'debug-wait',
        message: `${run.phase}: wait, attempt ${run.attempts}`,
        counts: { seconds },
      }),
    flush,
  };
}

const padded = (number: number): string => String(number).padStart(6, '0');
const keptMax = 50;
