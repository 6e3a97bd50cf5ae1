import { unitsOf } from './apply-round.ts';
import { cancelWatch } from './cancel-watch.ts';
import { countedGraph, type Taken } from './counted-graph.ts';
import { debugLog } from './debug-log.ts';
import { abandon } from './end-run.ts';
import { fullTransactions, gatheredStore } from './gathered-store.ts';
import { memoryLog } from './memory-log.ts';
import { type Fence, FenceLost, type NestedWrite } from './nested-store.ts';
import { perform } from './perform-command.ts';
import { ReadAhead } from './read-ahead.ts';
import { RoundReader } from './round-reader.ts';
import type { SyncCommand } from './run-events.ts';
import type { SyncRun } from './run-records.ts';
import { step } from './step.ts';
import type { SyncMessage, SyncPorts } from './sync-ports.ts';
import type { SyncState } from './sync-state.ts';
import { type Done, spent, storageCount, type Work } from './work.ts';

/** `dropped`: the message was old. `busy`: someone else works on the directory; the message comes again. `waiting`: it came too early. */
export type StepOutcome = 'worked' | 'dropped' | 'busy' | 'waiting';

/** Seconds a lease outlives the soft deadline where nobody renews it, and the wait when it is held. */
const leaseMarginSeconds = 120;
const busySeconds = 20;
/** A renewed lease is short, so that the run of a process that died goes on soon. */
const beatSeconds = 20;
const renewedSeconds = 90;

/**
 * Carries a run on for one message, until it rests, waits, ends or the soft deadline comes. Safe to call twice with the
 * same message, at the same time, and after a death at any point: the next message is sent before this one is completed,
 * and everything written carries the fence.
 */
export async function runStep(ports: SyncPorts, message: SyncMessage): Promise<StepOutcome> {
  const { store, heartbeat, softSeconds } = ports;
  const { directory } = message;
  const fence = await store.acquire(directory, {
    holder: ports.holder,
    now: ports.now(),
    seconds: heartbeat === undefined ? softSeconds + leaseMarginSeconds : renewedSeconds,
  });
  if (fence === undefined) {
    await ports.queue.send(message, busySeconds);
    return 'busy';
  }
  // A beat that fails is made up for by the next one; whoever lost the lease learns it from his next commit.
  const beat = () =>
    store.renew(directory, fence, { now: ports.now(), seconds: renewedSeconds }).catch(() => undefined);
  const stopBeating = heartbeat?.(beatSeconds, beat);
  try {
    return await carryOn(ports, message, fence);
  } catch (error) {
    if (error instanceof FenceLost) return 'dropped';
    throw error;
  } finally {
    stopBeating?.();
    await store.release(directory, fence);
  }
}

async function carryOn(ports: SyncPorts, message: SyncMessage, fence: Fence): Promise<StepOutcome> {
  const state = await ports.store.state(message.directory);
  const stored = await ports.store.run(message.directory, message.run);
  if (state.activeRun !== message.run || stored === undefined || message.step < stored.step) return 'dropped';
  const cancelRequested = await ports.store.isCancelOrdered(message.directory, message.run);
  const secondsLeft = cancelRequested ? 0 : ((stored.waits?.until ?? 0) - ports.now()) / 1000;
  if (secondsLeft > 0) {
    await ports.queue.send(message, secondsLeft);
    return 'waiting';
  }
  return await work(ports, { message, fence, state, run: { ...stored, cancelRequested } });
}

interface Carried {
  readonly message: SyncMessage;
  readonly fence: Fence;
  readonly state: SyncState;
  /** As it was stored. */
  readonly run: SyncRun;
}

async function work(ports: SyncPorts, { message, fence, state, run: stored }: Carried): Promise<StepOutcome> {
  const deadline = ports.now() + ports.softSeconds * 1000;
  const store = gatheredStore(ports.store, {
    ...{ directory: message.directory, fence, now: ports.now },
    hasStaged: hasStaged(stored),
    gathering: ports.gathering ?? fullTransactions,
  });
  const { graph, taken } = countedGraph(ports.graph);
  const ahead = new ReadAhead(graph);
  let reading: RoundReader | undefined;
  const reader = (run: SyncRun) => {
    reading ??= new RoundReader(store, run);
    return reading;
  };
  const counted = storageCount(ports);
  const means: Work = {
    ports: { ...ports, graph, store },
    store,
    reader,
    fence,
    state,
    deadline,
    ahead,
    counted,
  };
  let run = stored;
  let done: Done & Taken = { event: { kind: 'resumed' }, writes: [], ...taken() };
  const heard = cancelWatch(ports, message);
  const debug = debugLog(ports);
  const noteMemory = memoryLog(ports);
  await noteMemory(stored);
  try {
    for (;;) {
      const decided = step(await heard(spent(run, done)), done.event);
      run = counted(decided.run);
      const { command } = decided;
      await noteMemory(run);
      if (command.kind === 'wait') await debug.waits(run, command.seconds);
      if (await settle(means, { run, command, writes: done.writes })) {
        await noteMemory(run, 'end');
        return 'worked';
      }
      const began = ports.now();
      done = { ...(await perform(means, run, command)), ...taken() };
      await debug.did(run, command, { began, done });
    }
  } catch (error) {
    if (!(error instanceof FenceLost)) await ports.failed?.(run, error);
    throw error;
  } finally {
    await debug.flush(run);
  }
}

interface Decided {
  readonly run: SyncRun;
  readonly command: SyncCommand;
  readonly writes: readonly NestedWrite[];
}

/** Makes a decision durable where it must be, and ends the message where it has to end. */
async function settle(work: Work, { run, command, writes }: Decided): Promise<boolean> {
  switch (command.kind) {
    case 'rest':
      // The end of a run was saved with its tokens.
      if (run.phase !== 'done') await save(work, run, writes);
      await work.store.flush();
      await work.ports.log.saveRun(work.counted(run));
      return true;
    case 'wait':
      await leave(work, { run: waiting(work, run, command), writes }, command.seconds);
      return true;
    case 'abandon':
      await save(work, run, writes);
      await abandon(work, run);
      return true;
    default:
      if (work.ports.now() >= work.deadline) {
        await leave(work, { run, writes }, 0);
        return true;
      }
      if (writes.length > 0 || isPointOfNoReturn(run, command)) await save(work, run, writes);
      if (command.kind === 'apply' && run.applied === 0 && hasStaged(run)) await work.store.beginApply();
      return false;
  }
}

/**
 * Most decisions without writes are repeated cheaply, and are saved with the next ones. Not these two: what is applied is
 * the plan that was decided, and what was staged is only removed when nothing needs it any more.
 */
const isPointOfNoReturn = (run: SyncRun, { kind }: SyncCommand) =>
  (kind === 'apply' || kind === 'finish') && hasStaged(run);

/** Whether the stored run may speak of staged pages: this one, or an earlier one that has begun a stream anew since. */
const hasStaged = (run: SyncRun) =>
  unitsOf(run) > 0 ||
  run.rereads.length > 0 ||
  run.asking !== undefined ||
  run.resyncs + run.users.restarts + run.groups.restarts > 0;

/** The next message is in the queue before the checkpoint makes this one old: a run is never without a message. */
async function leave(
  work: Work,
  { run, writes }: Omit<Decided, 'command'>,
  delaySeconds: number,
): Promise<void> {
  const next = { ...run, step: run.step + 1 };
  await work.ports.queue.send({ directory: run.directory, run: run.id, step: next.step }, delaySeconds);
  await save(work, next, writes);
  await work.store.flush();
  await work.ports.log.saveRun(next);
}

const waiting = (
  { ports }: Work,
  run: SyncRun,
  { seconds, asked, why }: Extract<SyncCommand, { kind: 'wait' }>,
): SyncRun => ({
  ...run,
  waits: {
    until: ports.now() + seconds * 1000,
    asked: asked === true,
    ...(why === undefined ? {} : { why }),
  },
});

const save = ({ store, fence }: Work, run: SyncRun, writes: readonly NestedWrite[]): Promise<void> =>
  store.commit(run.directory, fence, [...writes, { kind: 'checkpoint', run }]);
