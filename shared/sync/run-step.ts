import { unitsOf, writesOfUnit } from './apply-round.ts';
import { askStream } from './asking.ts';
import { checkTenant, lastCheck } from './check-tenant.ts';
import { type DeltaPage, type GraphAnswer, selectFingerprint } from './graph-port.ts';
import { listStream } from './listed-groups.ts';
import { type Fence, FenceLost, type NestedWrite } from './nested-store.ts';
import { examineRound, planRound } from './plan-round.ts';
import type { StagedPage } from './round-records.ts';
import type { RunLogEntry } from './run-log.ts';
import type { DirectoryCounts, SyncRun, SyncState } from './run-records.ts';
import { isFlattened, policyFingerprint } from './scope.ts';
import { type StreamName, type SyncCommand, type SyncEvent, step } from './step.ts';
import type { SyncMessage, SyncPorts } from './sync-ports.ts';

/** `dropped`: the message was old. `busy`: someone else works on the directory; the message comes again. */
export type StepOutcome = 'worked' | 'dropped' | 'busy';

/** Seconds a lease outlives the soft deadline, and the wait when it is held. */
const leaseMarginSeconds = 120;
const busySeconds = 20;

/**
 * Carries a run on for one message, until it rests, waits, ends or the soft deadline comes. Safe to call twice with the
 * same message, at the same time, and after a death at any point: the next message is sent before this one is completed,
 * and everything written carries the fence.
 */
export async function runStep(ports: SyncPorts, message: SyncMessage): Promise<StepOutcome> {
  const { store } = ports;
  const fence = await store.acquire(message.directory, {
    holder: ports.holder,
    now: ports.now(),
    seconds: ports.softSeconds + leaseMarginSeconds,
  });
  if (fence === undefined) {
    await ports.queue.send(message, busySeconds);
    return 'busy';
  }
  try {
    return await carryOn(ports, message, fence);
  } catch (error) {
    if (error instanceof FenceLost) return 'dropped';
    throw error;
  } finally {
    await store.release(message.directory, fence);
  }
}

async function carryOn(ports: SyncPorts, message: SyncMessage, fence: Fence): Promise<StepOutcome> {
  const state = await ports.store.state(message.directory);
  const stored = await ports.store.run(message.directory, message.run);
  if (state.activeRun !== message.run || stored === undefined || message.step < stored.step) return 'dropped';
  const cancelRequested = await ports.store.isCancelOrdered(message.directory, message.run);
  const work: Work = { ports, fence, state, deadline: ports.now() + ports.softSeconds * 1000 };
  await logMemory(work, stored);
  let run: SyncRun = { ...stored, cancelRequested };
  let done: Done = { event: { kind: 'resumed' }, writes: [] };
  for (;;) {
    const decided = step(spent(run, done), done.event);
    run = decided.run;
    const settled = await settle(work, { run, command: decided.command, writes: done.writes });
    if (settled) return 'worked';
    done = await perform(work, run, decided.command);
  }
}

interface Work {
  readonly ports: SyncPorts;
  readonly fence: Fence;
  readonly state: SyncState;
  readonly deadline: number;
}

/** What a command led to: an event for the machine, and writes that belong into the same commit as its decision. */
interface Done {
  readonly event: SyncEvent;
  readonly writes: readonly NestedWrite[];
  readonly calls?: number;
  readonly resourceUnits?: number;
}

const spent = (run: SyncRun, { calls = 0, resourceUnits = 0 }: Done): SyncRun => ({
  ...run,
  graphCalls: run.graphCalls + calls,
  resourceUnits: run.resourceUnits + resourceUnits,
});

interface Decided {
  readonly run: SyncRun;
  readonly command: SyncCommand;
  readonly writes: readonly NestedWrite[];
}

/** Makes a decision durable where it must be, and ends the message where it has to end. */
async function settle(work: Work, { run, command, writes }: Decided): Promise<boolean> {
  switch (command.kind) {
    case 'rest':
      await save(work, run, writes);
      await work.ports.log.saveRun(run);
      return true;
    case 'wait':
      await leave(work, { run, writes }, command.seconds);
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
      return false;
  }
}

/**
 * Most decisions without writes are repeated cheaply, and are saved with the next ones. Not these two: what is applied is
 * the plan that was decided, and what was staged is only removed when nothing needs it any more.
 */
const isPointOfNoReturn = (run: SyncRun, { kind }: SyncCommand) =>
  (kind === 'apply' || kind === 'finish') && unitsOf(run) > 0;

/** The next message is in the queue before the checkpoint makes this one old: a run is never without a message. */
async function leave(
  work: Work,
  { run, writes }: Omit<Decided, 'command'>,
  delaySeconds: number,
): Promise<void> {
  const next = { ...run, step: run.step + 1 };
  await work.ports.queue.send({ directory: run.directory, run: run.id, step: next.step }, delaySeconds);
  await save(work, next, writes);
  await work.ports.log.saveRun(next);
}

/** Rows of one commit, besides the checkpoint. */
const writesAtOnce = 80;

async function save({ ports, fence }: Work, run: SyncRun, writes: readonly NestedWrite[]): Promise<void> {
  let rest = writes;
  while (rest.length > writesAtOnce) {
    await ports.store.commit(run.directory, fence, rest.slice(0, writesAtOnce));
    rest = rest.slice(writesAtOnce);
  }
  await ports.store.commit(run.directory, fence, [...rest, { kind: 'checkpoint', run }]);
}

async function perform(work: Work, run: SyncRun, command: SyncCommand): Promise<Done> {
  switch (command.kind) {
    case 'check':
      return await check(work, run);
    case 'read-page':
      return await readPage(work, run, command);
    case 'examine':
      return await examine(work, run);
    case 'read-list':
      return await readList(work, run, command);
    case 'ask-groups':
      return await askGroups(work, run, command);
    case 'plan':
      return await plan(work, run);
    case 'apply':
      return await apply(work, run);
    case 'finish':
      return await finish(work, run);
    default:
      throw new Error(`nothing to perform for ${command.kind}`);
  }
}

async function check({ ports, state }: Work, run: SyncRun): Promise<Done> {
  const now = ports.now();
  const known = lastCheck(run, state, now);
  if (known !== undefined) return { event: { kind: 'checked', checked: known }, writes: [] };
  const outcome = await checkTenant(ports.graph, { run, state, now });
  if (outcome.kind !== 'checked') return { event: outcome, writes: [], calls: 1 };
  const { checked, calls, resourceUnits } = outcome;
  return { event: { kind: 'checked', checked }, writes: [], calls, resourceUnits };
}

async function readPage(
  { ports }: Work,
  run: SyncRun,
  { stream, link }: { stream: StreamName; link?: string },
): Promise<Done> {
  const from = link === undefined ? { kind: 'beginning' as const } : { kind: 'link' as const, link };
  if (stream === 'users') {
    const answer = await ports.graph.usersDelta(from);
    return pageDone(run, stream, { answer, toPage: (items) => ({ kind: 'users', items: [...items] }) });
  }
  const answer = await ports.graph.groupsDelta(from);
  return pageDone(run, stream, {
    answer,
    toPage: (items) => ({ kind: 'groups', items: items.map(mutable) }),
  });
}

/** Staged pages are plain JSON. */
const mutable = <T extends { readonly kind: string; readonly members?: readonly unknown[] }>(entry: T) =>
  structuredClone(entry) as never;

function pageDone<T>(
  run: SyncRun,
  stream: StreamName,
  { answer, toPage }: { answer: GraphAnswer<DeltaPage<T>>; toPage: (items: readonly T[]) => StagedPage },
): Done {
  if (answer.kind === 'fault') return { event: answer, writes: [], calls: 1 };
  const { items, fingerprint, next, delta } = answer.value;
  if ((next === undefined) === (delta === undefined)) {
    const detail = 'a delta page carries either a nextLink or a deltaLink';
    return { event: { kind: 'fault', fault: { kind: 'malformed', detail } }, writes: [], calls: 1 };
  }
  const key = { run: run.id, stream, page: run[stream].pages };
  return {
    event: {
      kind: 'page-read',
      stream,
      page: {
        items: items.length,
        fingerprint,
        ...(next === undefined ? {} : { next }),
        ...(delta === undefined ? {} : { delta }),
      },
    },
    writes: items.length === 0 ? [] : [{ kind: 'stage', key, page: toPage(items) }],
    calls: answer.calls,
    resourceUnits: answer.resourceUnits,
  };
}

async function readList(
  { ports }: Work,
  run: SyncRun,
  { group, link }: Extract<SyncCommand, { kind: 'read-list' }>,
): Promise<Done> {
  const answer = await ports.graph.groupMembers(group, link);
  if (answer.kind === 'fault') return { event: answer, writes: [], calls: 1 };
  const { items, next } = answer.value;
  const key = { run: run.id, stream: listStream(group), page: run.reread.pages };
  return {
    event: { kind: 'list-read', ...(next === undefined ? {} : { next }) },
    writes: [{ kind: 'stage', key, page: { kind: 'members', items: [...items] } }],
    calls: answer.calls,
    resourceUnits: answer.resourceUnits,
  };
}

async function examine(work: Work, run: SyncRun): Promise<Done> {
  const { rereads, asks } = await examineRound(sourcesOf(work, run));
  return {
    event: { kind: 'examined', rereads, asks: work.ports.graph.groupsOf === undefined ? [] : asks },
    writes: [],
  };
}

async function askGroups(
  { ports }: Work,
  run: SyncRun,
  { ask, link }: Extract<SyncCommand, { kind: 'ask-groups' }>,
): Promise<Done> {
  const answer = await ports.graph.groupsOf?.(ask, link);
  if (answer === undefined) throw new Error('a reader without groupsOf was asked for groups');
  if (answer.kind === 'fault') return { event: answer, writes: [], calls: 1 };
  const { items, next } = answer.value;
  const key = { run: run.id, stream: askStream(ask), page: run.asking?.pages ?? 0 };
  return {
    event: { kind: 'answer-read', ...(next === undefined ? {} : { next }) },
    writes: [{ kind: 'stage', key, page: { kind: 'members', items: [...items] } }],
    calls: answer.calls,
    resourceUnits: answer.resourceUnits,
  };
}

function sourcesOf({ ports, state }: Work, run: SyncRun) {
  if (run.checked === undefined) throw new Error(`run ${run.id} reads before it has checked`);
  return { store: ports.store, run, state, checked: run.checked };
}

/** The journal is written whole before the decision that refers to it. */
async function plan(work: Work, run: SyncRun): Promise<Done> {
  const { ports, fence, state } = work;
  const { plan: decided, parts, log } = await planRound(sourcesOf(work, run));
  for (let part = 0; part < parts.length; part += partsAtOnce) {
    const writes = parts
      .slice(part, part + partsAtOnce)
      .map((content, index): NestedWrite => ({ kind: 'journal', run: run.id, part: part + index, content }));
    await ports.store.commit(run.directory, fence, writes);
  }
  await writeLog(ports, run, log);
  const rejectedBefore = state.rejectedPlan === decided.hash && decided.exceeded.length > 0;
  return { event: { kind: 'planned', plan: decided, rejectedBefore }, writes: [] };
}

/** Of at most 400 kB each: below the 4 MiB of a transaction. */
const partsAtOnce = 8;
const logEntriesAtOnce = 500;

async function writeLog(ports: SyncPorts, run: SyncRun, entries: readonly RunLogEntry[]): Promise<void> {
  for (let start = 0; start < entries.length; start += logEntriesAtOnce) {
    await ports.log.write(run.directory, run.id, entries.slice(start, start + logEntriesAtOnce));
  }
}

async function apply({ ports }: Work, run: SyncRun): Promise<Done> {
  const units = unitsOf(run);
  if (run.applied >= units) return { event: { kind: 'applied', last: true }, writes: [] };
  const writes = await writesOfUnit(ports.store, run);
  return { event: { kind: 'applied', last: run.applied + 1 >= units }, writes };
}

/** Tokens, counts and the end of the run are one commit, after everything else. */
async function finish(work: Work, run: SyncRun): Promise<Done> {
  const { ports, fence, state } = work;
  while (!(await ports.store.discard(run.directory, fence, run.id))) {
    // Each call removes a page.
  }
  const finished: SyncRun = {
    ...run,
    phase: 'done',
    status: 'done',
    finishedAt: new Date(ports.now()).toISOString(),
  };
  await ports.store.commit(run.directory, fence, [
    { kind: 'state', state: stateAfter(state, finished) },
    { kind: 'checkpoint', run: finished },
  ]);
  return { event: { kind: 'finished' }, writes: [] };
}

function stateAfter(state: SyncState, run: SyncRun): SyncState {
  const { activeRun: _, rejectedPlan: __, asks: ___, enumerateGroups: ____, ...kept } = state;
  const { waiting = [], tooMany = false } = run.asking ?? {};
  if (run.users.delta === undefined || run.groups.delta === undefined || run.checked === undefined) {
    throw new Error(`run ${run.id} finishes before its rounds are complete`);
  }
  return {
    ...kept,
    tokens: { users: run.users.delta, groups: run.groups.delta, select: selectFingerprint },
    counts: countsAfter(state.counts, run),
    checked: run.checked,
    rereads: run.plan?.rereads ?? [],
    ...(waiting.length === 0 ? {} : { asks: waiting }),
    ...(tooMany ? { enumerateGroups: true } : {}),
    policy: policyFingerprint(run.settings, run.checked),
    flattened: isFlattened(run.settings),
    lastRun: run.id,
    lastCompletedRun: run.id,
    lastCompletedAt: run.finishedAt ?? run.startedAt,
  };
}

function countsAfter(before: DirectoryCounts | undefined, run: SyncRun): DirectoryCounts {
  const { users, groups, memberships } = before ?? { users: 0, groups: 0, memberships: 0 };
  const counts = run.plan?.counts;
  return {
    users: users + (counts?.usersCreated ?? 0) - (counts?.usersRemoved ?? 0),
    groups: groups + (counts?.groupsCreated ?? 0) - (counts?.groupsRemoved ?? 0),
    memberships: memberships + (counts?.membershipsAdded ?? 0) - (counts?.membershipsRemoved ?? 0),
    domains: run.checked?.verifiedDomains.length ?? 0,
  };
}

/** Ends a run that applies nothing: its staging goes, tokens and counts stay as they were. */
async function abandon({ ports, fence, state }: Work, run: SyncRun): Promise<void> {
  while (!(await ports.store.discard(run.directory, fence, run.id))) {
    // Each call removes a page.
  }
  const ended: SyncRun = { ...run, finishedAt: new Date(ports.now()).toISOString() };
  const { activeRun: _, ...kept } = state;
  const rejected = run.status === 'rejected' && run.plan !== undefined ? { rejectedPlan: run.plan.hash } : {};
  await ports.store.commit(run.directory, fence, [
    { kind: 'state', state: { ...kept, ...rejected, lastRun: run.id } },
    { kind: 'checkpoint', run: ended },
  ]);
  if (run.failure !== undefined) {
    await ports.log.write(run.directory, run.id, [
      {
        key: '9/failure',
        at: run.startedAt,
        level: 'error',
        code: run.failure.code,
        message: run.failure.detail,
      },
    ]);
  }
  await ports.log.saveRun(ended);
}

/** S3-69, S3-70. */
async function logMemory({ ports }: Work, run: SyncRun): Promise<void> {
  if (!run.settings.logFreeMemory || ports.memory === undefined) return;
  const { usedBytes, totalBytes, limitBytes } = ports.memory();
  await ports.log.write(run.directory, run.id, [
    {
      key: `0/memory/${String(run.step).padStart(6, '0')}`,
      at: new Date(ports.now()).toISOString(),
      level: 'info',
      code: 'memory',
      message: `Memory in use at the start of step ${run.step}, phase ${run.phase}`,
      counts: { usedBytes, totalBytes, limitBytes },
    },
  ]);
}
