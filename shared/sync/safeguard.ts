import type { GroupId } from '../model/ids.ts';
import type { PlanCounts, SyncRun } from './run-records.ts';
import type { GroupThreshold, SafeguardSettings, Threshold } from './settings.ts';
import type { DirectoryCounts, RemovedLately, SyncState } from './sync-state.ts';

type RemovalCounts = Pick<
  PlanCounts,
  'membershipsRemoved' | 'usersDeactivated' | 'usersRemoved' | 'groupsRemoved'
>;

export interface Judged {
  readonly counts: RemovalCounts;
  /** Told groups that lose their last member and had at least five; undefined when that is not known. */
  readonly emptied: number | undefined;
  readonly shrunken: readonly Shrunken[];
}

/** A group and how many of its members it loses. */
export interface Shrunken {
  readonly group: GroupId;
  readonly lost: number;
  readonly members: number;
}

export interface Known {
  /** As published last. */
  readonly counts: DirectoryCounts | undefined;
  readonly lately?: SyncState['removedLately'];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Thresholds that a plan passes, each as a sentence; none lets it through. What passes one is held as a whole and shown,
 * never cut to fit (XE-19, reliability.md §5). Percentages are of what was published 24 hours ago, and what was removed
 * since then counts too, so that many small removals do not pass for none.
 */
export function exceededThresholds(
  { counts, emptied, shrunken }: Judged,
  { counts: published, lately = [], now }: Known,
  settings: SafeguardSettings,
): readonly string[] {
  if (!settings.enabled) return [];
  const removed = removalsOf(counts);
  if (lately === 'unreadable')
    return isNothing(removed) ? [] : ['what was removed in the last 24 hours cannot be read'];
  const recent = withinWindow(lately, now);
  const base = recent[0]?.base ?? published ?? { users: 0, groups: 0, memberships: 0 };
  const sentences = (['memberships', 'users', 'groups'] as const).flatMap((kind) => {
    const before = recent.reduce((sum, run) => sum + run[kind], 0);
    const allowed = allowedOf(settings[kind], { base: base[kind], users: base.users });
    const count = before + removed[kind];
    if (removed[kind] === 0 || count <= allowed) return [];
    const when = before === 0 ? '' : ' within 24 hours';
    return [`${words[kind]}${when}: ${count} of ${base[kind]}, allowed ${allowed}`];
  });
  return [...sentences, ...emptiedSentence(emptied), ...shrunkenSentence(shrunken, settings.perGroup)];
}

const words = {
  memberships: 'memberships removed',
  users: 'users deactivated or removed',
  groups: 'groups removed',
};

/** Percentages say nothing of a directory this small. */
const smallUsers = 50;

function allowedOf(of: Threshold, { base, users }: { base: number; users: number }): number {
  const share = users < smallUsers ? 0 : Math.floor((base * of.percent) / 100);
  return Math.min(of.absolute, Math.max(of.floor, share));
}

function emptiedSentence(emptied: number | undefined): readonly string[] {
  if (emptied === undefined) return ['groups emptied: too much changes to tell'];
  return emptied === 0 ? [] : [`groups emptied: ${emptied} that had 5 members or more, allowed 0`];
}

function shrunkenSentence([worst, ...others]: readonly Shrunken[], of: GroupThreshold): readonly string[] {
  if (worst === undefined) return [];
  const count = others.length;
  const more = count === 0 ? '' : `, and ${count} ${count === 1 ? 'group' : 'groups'} more`;
  const { group, lost, members } = worst;
  return [
    `members lost by one group: ${lost} of ${members} by ${group}, allowed ${shareOf(members, of)}${more}`,
  ];
}

/** Whether one group loses more than it may. */
export const sharePassed = ({ lost, members }: Omit<Shrunken, 'group'>, of: GroupThreshold): boolean =>
  lost > shareOf(members, of);

const shareOf = (members: number, { floor, percent }: GroupThreshold) =>
  Math.max(floor, Math.floor((members * percent) / 100));

interface Removals {
  readonly memberships: number;
  readonly users: number;
  readonly groups: number;
}

const removalsOf = (counts: RemovalCounts): Removals => ({
  memberships: counts.membershipsRemoved,
  users: counts.usersDeactivated + counts.usersRemoved,
  groups: counts.groupsRemoved,
});

const isNothing = ({ memberships, users, groups }: Removals) => memberships + users + groups === 0;

const windowMilliseconds = 24 * 60 * 60 * 1000;

const withinWindow = (lately: readonly RemovedLately[], now: number) =>
  lately.filter(({ at }) => at > now - windowMilliseconds);

/** The window after a run. What a person approved does not count against the next runs; who approves no removal has approved none. */
export function removedLatelyAfter(state: SyncState, run: SyncRun): NonNullable<SyncState['removedLately']> {
  const { removedLately: before = [], counts: published } = state;
  const removed = run.plan === undefined ? undefined : removalsOf(run.plan.counts);
  const removes = removed !== undefined && !isNothing(removed);
  if (removes && run.approval !== undefined) return [];
  if (before === 'unreadable') return before;
  const at = Date.parse(run.startedAt);
  const recent = withinWindow(before, at);
  if (!removes || published === undefined) return recent;
  const { memberships, users, groups } = published;
  return [...recent, { at, ...removed, base: { memberships, users, groups } }];
}
