import { readCommand } from './next-command.ts';
import type { StreamName } from './run-events.ts';
import type { RunLogEntry } from './run-log.ts';
import type { SyncRun } from './run-records.ts';
import type { SyncState } from './sync-state.ts';

/** Runs that fail alike before the token itself is taken to be the reason. */
const refusedMax = 3;

/**
 * Graph documents by which codes it says that a delta token is dead, and then all is read anew. One that it refuses in another way
 * would be refused for ever: after some runs in a row the next one does without it.
 */
export function refusedAfter(
  { refusedTokens }: SyncState,
  run: SyncRun,
): { readonly state: Partial<SyncState>; readonly log: readonly RunLogEntry[] } {
  const stream = refusedStream(run);
  if (stream === undefined) return { state: {}, log: [] };
  const runs = (refusedTokens?.[stream] ?? 0) + 1;
  const counted = { refusedTokens: { ...refusedTokens, [stream]: runs } };
  if (runs < refusedMax) return { state: counted, log: [] };
  const anew = stream === 'users' ? { enumerateUsers: true } : { enumerateGroups: true };
  const warning: RunLogEntry = {
    ...{ key: '9/read-anew', at: run.startedAt, level: 'warning', code: 'tokens-refused' },
    message: `Graph refused the delta link of ${stream} in ${runs} runs: the next run reads all ${stream} anew`,
    counts: { runs },
  };
  return { state: { ...counted, ...anew }, log: [warning] };
}

/** The stream whose first page, from the delta link of the last completed run, could not be had. */
function refusedStream(run: SyncRun): StreamName | undefined {
  if (run.mode !== 'sync' || run.phase !== 'read' || run.failure?.code !== 'graph_malformed')
    return undefined;
  const command = readCommand(run);
  if (command.kind !== 'read-page' || command.link === undefined) return undefined;
  return command.link === run[command.stream].start ? command.stream : undefined;
}
