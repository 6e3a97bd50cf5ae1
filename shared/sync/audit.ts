import { chooseGroups, groupsAtOnce, hourMilliseconds } from './audit-choice.ts';
import { askCounts } from './audit-counts.ts';
import { auditLog } from './audit-log.ts';
import { newAuditState, type RunAudit } from './audit-records.ts';
import { judgeGroups } from './audit-verdict.ts';
import { type CountedGroup, countedOtherwise } from './counted-otherwise.ts';
import type { CountQuestion, GraphFault } from './graph-port.ts';
import type { GroupFacts } from './nested-store.ts';
import type { SyncRun } from './run-records.ts';
import { judgeTenant, liveUsersAfter } from './tenant-counts.ts';
import type { Done, Work } from './work.ts';

/**
 * Deltas may lose a change and say nothing. After a round has been applied, Graph counts the members of some groups, and all users
 * and groups, and what does not fit is counted again after another complete round: the index that counts lags. Only then is the
 * list of that group read, and what the list says is what counts. Nothing of this ever fails a run or makes it wait.
 */
export async function audit({ ports, state, deadline }: Work, run: SyncRun): Promise<Done> {
  const { graph, store, log, now } = ports;
  if (graph.counts === undefined) return { event: { kind: 'audited', warnings: 0 }, writes: [] };
  const at = now();
  const before = state.audit ?? newAuditState(at - hourMilliseconds);
  const nesting = await store.nesting(run.directory);
  const live = nesting.groups.filter(({ life }) => life === 'live').length;
  const { groups, after } = chooseGroups(nesting.groups, before, groupsAtOnce(live, run, at - before.at));
  const count = graph.counts.bind(graph);
  const asked = await askCounts(count, questionsAbout(groups), () => now() < deadline);
  const [users, groupsOfTenant, ...members] = asked.numbers;
  const answered = answersAbout(groups, members);
  const mayReadHidden = run.checked?.hiddenMembers === true;
  const differing = await countedOtherwise(
    { store, directory: run.directory, nesting, mayReadHidden },
    answered,
  );
  const ofGroups = judgeGroups(before.suspects, { chosen: groups, answered, differing });
  const ofTenant = judgeTenant(before, at, {
    users: { counted: users, stored: liveUsersAfter(state, run) },
    groups: { counted: groupsOfTenant, stored: live },
  });
  // After a fault the same groups are counted next time.
  const place = asked.fault === undefined ? after : before.after;
  const made: RunAudit = {
    state: { at, suspects: [...ofGroups.suspects], ...ofTenant.state, ...(place && { after: place }) },
    ...{ compared: answered.length, differing: differing.length },
    unanswered: groups.length - answered.length,
    ...{ rereads: [...ofGroups.confirmed], readAnew: [...ofTenant.readAnew] },
    ...throttledBy(asked.fault, now()),
  };
  const entries = auditLog(run, { differing, made, tenant: ofTenant, fault: asked.fault });
  if (entries.length > 0) await log.write(run.directory, run.id, entries);
  const warnings = entries.filter(({ level }) => level === 'warning').length;
  return { event: { kind: 'audited', audit: made, warnings }, writes: [] };
}

/** A run that is over waits for nothing more; the next one does, a day at most. */
function throttledBy(fault: GraphFault | undefined, now: number): Pick<RunAudit, 'throttledUntil'> {
  if (fault?.kind !== 'throttled' || fault.retryAfterSeconds === undefined) return {};
  return { throttledUntil: now + Math.min(fault.retryAfterSeconds, daySeconds) * 1000 };
}

const daySeconds = 24 * 60 * 60;

/** Two of the tenant, then two of each group. */
const questionsAbout = (groups: readonly GroupFacts[]): readonly CountQuestion[] => [
  { of: 'users' },
  { of: 'groups' },
  ...groups.flatMap(({ id }): readonly CountQuestion[] => [
    { of: 'members', group: id, type: 'user' },
    { of: 'members', group: id, type: 'group' },
  ]),
];

const answersAbout = (
  groups: readonly GroupFacts[],
  numbers: readonly (number | undefined)[],
): readonly CountedGroup[] =>
  groups
    .map((group, index) => ({ group, users: numbers[index * 2], groups: numbers[index * 2 + 1] }))
    .filter(({ users, groups: children }) => users !== undefined || children !== undefined);
