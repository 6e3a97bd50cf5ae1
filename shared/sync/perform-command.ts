import type { JournalLayout } from './apply-records.ts';
import { unitAtHand, unitsOf } from './apply-round.ts';
import type { Cover } from './approval-cover.ts';
import { forbiddenLog, isForbidden, newAsking } from './asking.ts';
import { audit } from './audit.ts';
import { emptyScopeLog } from './empty-scope.ts';
import { finish } from './end-run.ts';
import { isFirst } from './fold-round.ts';
import { isApproved, membershipsDifference, planDifference } from './look-again.ts';
import { missingLog } from './missing-once.ts';
import { partsOf } from './parts-of.ts';
import { examineRound, planRound, type RoundPlan } from './plan-round.ts';
import { askGroups, check, readList, readPage } from './read-graph.ts';
import { listMembers, listPage, readToken } from './read-lists.ts';
import type { SyncCommand } from './run-events.ts';
import type { RunLogEntry } from './run-log.ts';
import type { Plan, SyncRun } from './run-records.ts';
import type { SyncPorts } from './sync-ports.ts';
import type { Done, Work } from './work.ts';

/** Does what the machine decided; what came of it is for the machine again. */
export async function perform(work: Work, run: SyncRun, command: SyncCommand): Promise<Done> {
  switch (command.kind) {
    case 'settle':
      await work.store.settle(run.directory, work.fence);
      return { event: { kind: 'settled' }, writes: [] };
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
      return await decide(work, run);
    case 'apply':
      return await apply(work, run);
    case 'audit':
      return await audit(work, run);
    case 'finish':
      return await finish(work, run);
    default:
      throw new Error(`nothing to perform for ${command.kind}`);
  }
}

async function examine(work: Work, run: SyncRun): Promise<Done> {
  const { rereads, asks, tooMany } = await examineRound(sourcesOf(work, run));
  const isAsked = asks.length > 0 && work.ports.graph.groupsOf !== undefined;
  const asking = isAsked ? newAsking(asks, isForbidden(work.state, run)) : undefined;
  return { event: { kind: 'examined', rereads, tooMany, asking }, writes: [] };
}

function sourcesOf({ ports, state }: Work, run: SyncRun) {
  if (run.checked === undefined) throw new Error(`run ${run.id} reads before it has checked`);
  const { store, listsMax } = ports;
  return { store, run, state, checked: run.checked, listsMax };
}

/** The journal is written whole before the decision that refers to it. */
async function decide(work: Work, run: SyncRun): Promise<Done> {
  const { ports, state } = work;
  const { plan, parts, log, externalUsers, cover } = await planRound(sourcesOf(work, run));
  const firstPart = run.plan === undefined ? 0 : (run.plan.firstPart ?? 0) + run.plan.parts;
  const approved = await mayApply(work, run, { plan, parts, cover });
  // Nobody carries out what a dry run decides.
  const layout = run.mode === 'dry-run' ? undefined : await keepJournal(work, run, { parts, firstPart });
  const decided: Plan = {
    ...plan,
    ...(firstPart === 0 ? {} : { firstPart }),
    ...(layout === undefined ? {} : { layout }),
  };
  const entries = joined([emptyScopeLog(run), missingLog(run), log(), forbiddenLog(run)]);
  const warnings = await writeLog(ports, run, ofPlan(plan, entries));
  if (run.plan !== undefined && run.plan.hash !== plan.hash)
    await ports.log.keepPlan(run.directory, run.id, plan.hash);
  if (run.mode === 'dry-run') await listExternalUsers(ports, run, externalUsers);
  const rejectedBefore = state.rejectedPlan === decided.hash && decided.exceeded.length > 0;
  return {
    event: { kind: 'planned', plan: decided, rejectedBefore, isApproved: approved, warnings },
    writes: [],
  };
}

async function keepJournal(
  work: Work,
  run: SyncRun,
  { parts, firstPart }: Pick<RoundPlan, 'parts'> & { readonly firstPart: number },
): Promise<JournalLayout> {
  const { store } = work.ports;
  const isBlank = isFirst(sourcesOf(work, run)) && (await store.isBlank(run.directory));
  const about = { users: 0, groups: 0 };
  let part = firstPart;
  for (const content of parts()) {
    if (content.kind === 'users' || content.kind === 'groups') about[content.kind]++;
    await store.commit(run.directory, work.fence, [{ kind: 'journal', run: run.id, part: part++, content }]);
  }
  return { userParts: about.users, groupParts: about.groups, isBlank };
}

/** Whether a person has approved the plan that is decided now, or one that hardly differs and does nothing grave that he did not see. */
async function mayApply(
  { ports }: Work,
  run: SyncRun,
  fresh: Pick<RoundPlan, 'plan' | 'parts' | 'cover'>,
): Promise<boolean> {
  const { approval, plan: shown } = run;
  if (approval === undefined || shown === undefined) return false;
  const now = ports.now();
  if (shown.hash === fresh.plan.hash) return isApproved(run, { difference: 0, now });
  // What is too large to be compared is another plan.
  if (Math.max(shown.parts, fresh.plan.parts) > comparedPartsMax) return false;
  const cover = fresh.cover();
  const difference = Math.max(
    membershipsDifference(shown.counts, fresh.plan.counts),
    await planDifference(shownParts(ports, run, { shown, cover }), fresh.parts()),
  );
  return isApproved(run, { difference, now }) && cover.isCoveredBy(shown);
}

const comparedPartsMax = 1000;

interface Shown {
  readonly shown: Plan;
  readonly cover: Cover;
}

async function* shownParts({ store }: SyncPorts, run: SyncRun, { shown, cover }: Shown) {
  const { firstPart = 0, parts } = shown;
  for (let part = firstPart; part < firstPart + parts; part++) {
    const content = await store.journal(run.directory, run.id, part);
    if (content === undefined) continue;
    cover.see(content);
    yield content;
  }
}

const logEntriesAtOnce = 500;

/** How many of the entries are warnings. */
async function writeLog(ports: SyncPorts, run: SyncRun, entries: Iterable<RunLogEntry>): Promise<number> {
  let warnings = 0;
  for (const some of partsOf(entries, logEntriesAtOnce)) {
    await ports.log.write(run.directory, run.id, some);
    warnings += some.filter(({ level }) => level === 'warning').length;
  }
  return warnings;
}

function* ofPlan({ hash }: Plan, entries: Iterable<RunLogEntry>): Iterable<RunLogEntry> {
  for (const entry of entries) yield { ...entry, plan: hash };
}

function* joined<T>(lists: readonly Iterable<T>[]): Iterable<T> {
  for (const list of lists) yield* list;
}

/** A dry run that dies on the way lists them again, under the same keys. */
async function listExternalUsers(
  { log }: SyncPorts,
  { directory, id }: SyncRun,
  externalUsers: RoundPlan['externalUsers'],
): Promise<void> {
  if (log.externalUsers === undefined) return;
  for await (const users of externalUsers()) await log.externalUsers.write(directory, id, users);
  await log.externalUsers.complete(directory, id);
}

/** One unit: each reads what the ones before it wrote, which the store shows though it may not be stored yet. */
async function apply({ ports, reader }: Work, run: SyncRun): Promise<Done> {
  const all = unitsOf(run);
  if (run.applied >= all) return { event: { kind: 'applied', units: 0, last: true }, writes: [] };
  const { writes, decisions } = await unitAtHand(ports.store, run, reader(run));
  return { event: { kind: 'applied', units: 1, last: run.applied + 1 >= all, decisions }, writes };
}
