import { unitsOf } from './apply-round.ts';
import { nextCommand } from './next-command.ts';
import type { SyncRun } from './run-records.ts';

export interface FailedStep {
  /** As it stood then; absent where it had not been read. */
  readonly run?: SyncRun;
  readonly thrown: unknown;
}

/**
 * Where and why a step failed, for whoever reads the run: the phase, and kinds and codes of what was thrown. Its own words stay in the
 * log of the service, as they may hold names, addresses or secrets (T14).
 */
export function stepCause({ run, thrown }: FailedStep): string {
  const where = run === undefined ? 'before its checkpoint was read' : `in the phase ${placeOf(run)}`;
  return `A step failed ${where}: ${kindsOf(thrown).join(', because of ')}.`;
}

function placeOf(run: SyncRun): string {
  const { phase, status, applied } = run;
  if (status !== 'running' || phase === 'done') return phase;
  if (phase === 'apply') return `${phase} (part ${applied + 1} of ${unitsOf(run)})`;
  const command = nextCommand(run);
  return `${phase} (${command.kind}${'stream' in command ? ` ${command.stream}` : ''})`;
}

/** What was thrown and what caused it, each by its kind. */
function kindsOf(thrown: unknown): readonly string[] {
  const kinds: string[] = [];
  for (let error = thrown; error instanceof Error && kinds.length < causesMax; error = error.cause) {
    const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown };
    const status = typeof statusCode === 'number' ? ` (${statusCode})` : '';
    kinds.push(`${[error.name, code].filter(isWord).join(' ') || 'an error'}${status}`);
  }
  return kinds.length === 0 ? ['an error'] : kinds;
}

const causesMax = 5;

const isWord = (text: unknown): text is string =>
  typeof text === 'string' && /^[A-Za-z][A-Za-z0-9_-]{0,59}$/.test(text);
