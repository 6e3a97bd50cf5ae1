import { unitsOf, writesOfUnit } from './apply-round.ts';
import { finish } from './end-run.ts';
import type { NestedWrite } from './nested-store.ts';
import { examineRound, planRound } from './plan-round.ts';
import { askGroups, check, readList, readPage } from './read-graph.ts';
import { listMembers, listPage, readToken } from './read-lists.ts';
import type { RunLogEntry } from './run-log.ts';
import type { SyncRun } from './run-records.ts';
import type { SyncCommand } from './step.ts';
import type { SyncPorts } from './sync-ports.ts';
import type { Done, Work } from './work.ts';

/** Does what the machine decided; what came of it is for the machine again. */
export async function perform(work: Work, run: SyncRun, command: SyncCommand): Promise<Done> {
  switch (command.kind) {
    case 'check':
      return await check(work, run);
    case 'read-page':
      return await readPage(work, run, command);
    case 'read-token':
      return await readToken(work, command);
    case 'list-page':
      return await listPage(work, run, command);
    case 'list-members':
      return await listMembers(work, run, command);
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

async function examine(work: Work, run: SyncRun): Promise<Done> {
  const { rereads, asks } = await examineRound(sourcesOf(work, run));
  return {
    event: { kind: 'examined', rereads, asks: work.ports.graph.groupsOf === undefined ? [] : asks },
    writes: [],
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
