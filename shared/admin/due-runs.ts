import type { RunId } from '../model/ids.ts';
import { newRunId } from '../model/new-ids.ts';
import { Refusal } from '../model/refusal.ts';
import type { RunOrder } from '../sync/new-run.ts';
import { cancelRun, startRun, wakeActiveRun } from '../sync/run-orders.ts';
import type { SyncRun } from '../sync/run-records.ts';
import type { RunTerms } from '../sync/run-terms.ts';
import { isStoppable } from '../sync/step.ts';
import type { SyncState } from '../sync/sync-state.ts';
import { eachNested, type Failure, failuresOf } from './apart.ts';
import type { NestedPorts } from './nested-ports.ts';
import type { Confirmation } from './nested-record.ts';
import { nextDueAt } from './nested-view.ts';
import type { AdminPorts } from './ports.ts';
import type { NestedDirectoryRecord, Registry } from './registry.ts';
import { begunAt, isUnfinished } from './run-history.ts';
import { type ActiveRun, orderPorts, reasonToStop, stopOnce } from './stop-runs.ts';

export interface DuePorts {
  readonly registry: Pick<Registry, 'nestedDirectories' | 'directory' | 'organization'>;
  readonly nested: Pick<NestedPorts, 'store' | 'queue' | 'history' | 'holder'>;
  readonly random: AdminPorts['random'];
}

export interface DueRuns {
  readonly started: number;
  /** Unfinished runs that were sent on again because nothing was heard of them. */
  readonly woken: number;
  /** Directories that could not be looked after; absent when there is none. */
  readonly failures?: readonly Failure[];
}

/**
 * Starts what is due and sends on what went quiet: called every minute, twice at once, late or never, it does the same. Per
 * directory that has nothing to do this is three reads.
 */
export async function startDueRuns(ports: DuePorts): Promise<DueRuns> {
  const done = { started: 0, woken: 0 };
  const failures = await eachNested(ports.registry, async (record) => {
    const outcome = await tendRuns(ports, record);
    if (outcome !== undefined) done[outcome]++;
  });
  return { ...done, ...failuresOf(failures) };
}

async function tendRuns(
  ports: DuePorts,
  record: NestedDirectoryRecord,
): Promise<'started' | 'woken' | undefined> {
  const { store } = ports.nested;
  const state = await store.state(record.id);
  const now = ports.random.now();
  if (state.activeRun === undefined) {
    await tellEnd(ports, record, state.lastRun);
    if (!isDue(record, state, now)) return undefined;
  }
  const why = await reasonToStop(record, ports.registry);
  if (state.activeRun === undefined) return why === undefined ? await started(ports, record) : undefined;
  const active = { directory: record.id, run: state.activeRun };
  // Stopped by somebody who died before he could tell the run, or between its order and its beginning.
  if (why !== undefined) await stopOnce(ports, active, why);
  return await sentOn(ports, active);
}

/** The checkpoint says how a run stands. Its row is written after that, and may be behind where a process died. */
async function sentOn(ports: DuePorts, { directory, run: id }: ActiveRun): Promise<'woken' | undefined> {
  const { store, history } = ports.nested;
  const now = ports.random.now();
  const row = await history.run(directory, id);
  if (row !== undefined && now - row.savedAt <= quietMilliseconds) return undefined;
  const run = await store.run(directory, id);
  const isBehind = run !== undefined && row?.view.status !== run.status;
  const need = await needOf(ports, run, now);
  if (need === 'rest' && !isBehind) return undefined;
  // Somebody is at work on it.
  if (await store.isLeased(directory, now)) return undefined;
  if (need === 'stop') await cancelRun(orderPorts(ports), directory, id);
  if (need === 'wake') await wakeActiveRun(orderPorts(ports), directory);
  // Only then: a row that cannot be written must not hold up the run.
  if (isBehind) await history.saveRun(run);
  return need === 'rest' ? undefined : 'woken';
}

/** A run waits for a person, or until it said; one that was asked to stop, and can, waits for nothing any more. */
async function needOf({ nested }: DuePorts, run: SyncRun | undefined, now: number) {
  if (run === undefined) return 'wake';
  if (isStoppable(run) && (await nested.store.isCancelOrdered(run.directory, run.id))) return 'stop';
  const isWaiting = now - (run.waits?.until ?? 0) <= quietMilliseconds;
  return isWaiting || run.status === 'awaiting-approval' ? 'rest' : 'wake';
}

/** A run has ended with its checkpoint; whoever worked on it may have died before its row said so. */
async function tellEnd(
  { nested: { store, history }, random }: DuePorts,
  { id: directory, settings }: NestedDirectoryRecord,
  last: RunId | undefined,
): Promise<void> {
  if (last === undefined) return;
  const row = await history.run(directory, last);
  const isGone = row === undefined && begunAt(last) < random.now() - settings.runLogDays * dayMilliseconds;
  if (isGone || (row !== undefined && !isUnfinished(row.view))) return;
  const run = await store.run(directory, last);
  if (run !== undefined) await history.saveRun(run);
}

const dayMilliseconds = 24 * 60 * 60_000;

/** Longer than a message lies in a queue that is not behind; whoever works on a run has the lease. */
const quietMilliseconds = 2 * 60_000;

function isDue(record: NestedDirectoryRecord, state: SyncState, now: number): boolean {
  const due = nextDueAt(record, state);
  return due !== undefined && due <= now;
}

async function started(ports: DuePorts, record: NestedDirectoryRecord): Promise<'started' | undefined> {
  if (record.confirmation === undefined) return undefined;
  const { random } = ports;
  const startedAt = new Date(random.now()).toISOString();
  const order = runOrder(record, record.confirmation, {
    ...{ id: newRunId(random), mode: 'sync', trigger: 'timer', startedAt },
  });
  try {
    await startRun(orderPorts(ports), order);
    return 'started';
  } catch (refused) {
    // Somebody else was a moment quicker, which is what was wanted.
    if (refused instanceof Refusal) return undefined;
    throw refused;
  }
}

/** The run keeps these settings, whatever is changed while it runs (S3-72). */
export const runOrder = (
  record: NestedDirectoryRecord,
  confirmed: Confirmation,
  of: Pick<RunOrder, 'id' | 'mode' | 'trigger' | 'startedAt' | 'auditNow' | 'full'>,
): RunOrder => ({
  ...of,
  directory: record.id,
  ...(record.debug === undefined ? {} : { debugUntil: record.debug.until }),
  ...runTerms({ ...record, confirmation: confirmed }),
  ...(confirmed.size === undefined ? {} : { tenantSize: confirmed.size }),
});

/** What a run that begins now is ordered with; of what nobody has confirmed none begins. */
export function runTerms(record: NestedDirectoryRecord): RunTerms {
  const { settings, settingsVersion, confirmation } = record;
  return {
    ...{ settings, settingsVersion },
    pinnedTenantId: confirmation?.tenantId ?? '',
    confirmedHash: confirmation?.hash ?? '',
    ...(confirmation === undefined ? {} : { readAs: readAs(record, confirmation) }),
  };
}

/** Delta tokens are good for one tenant and one application. Which identity a site has of its own, it cannot say. */
function readAs(
  { connection: { cloud, credential } }: NestedDirectoryRecord,
  { tenantId }: Confirmation,
): string {
  const app = credential.kind === 'managed-identity' ? credential.kind : credential.clientId;
  return `${cloud} ${tenantId} ${app}`.toLowerCase();
}
