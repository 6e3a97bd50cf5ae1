import type { GroupId } from '../model/ids.ts';
import { type Loss, shareOf } from './group-share.ts';
import type { PassedThreshold } from './passed-threshold.ts';
import { isNothing, removalsOf, withinWindow } from './removal-window.ts';
import type { PlanCounts } from './run-records.ts';
import type { GroupThreshold, SafeguardSettings, Threshold } from './settings.ts';
import type { DirectoryCounts, SyncState } from './sync-state.ts';

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

/** A group and how many of its members it loses, with those that it lost within 24 hours before. */
export interface Shrunken extends Loss {
  readonly group: GroupId;
  readonly before: number;
}

export interface Known {
  /** As published last. */
  readonly counts: Omit<DirectoryCounts, 'domains'> | undefined;
  readonly lately?: SyncState['removedLately'];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Thresholds that a plan passes; none lets it through. What passes one is held as a whole and shown,
 * never cut to fit (XE-19, reliability.md §5). Percentages are of what was published 24 hours ago, and what was removed
 * since then counts too, so that many small removals do not pass for none.
 */
export function exceededThresholds(
  { counts, emptied, shrunken }: Judged,
  { counts: published, lately = [], now }: Known,
  settings: SafeguardSettings,
): readonly PassedThreshold[] {
  if (!settings.enabled) return [];
  const removed = removalsOf(counts);
  if (lately === 'unreadable') return isNothing(removed) ? [] : [unreadable];
  const recent = withinWindow(lately, now);
  const base = recent[0]?.base ?? published ?? { users: 0, groups: 0, memberships: 0 };
  const passed = (['memberships', 'users', 'groups'] as const).flatMap((what): readonly PassedThreshold[] => {
    const before = recent.reduce((sum, run) => sum + run[what], 0);
    const allowed = allowedOf(settings[what], { base: base[what], users: base.users });
    const count = before + removed[what];
    if (removed[what] === 0 || count <= allowed) return [];
    const when = before === 0 ? '' : ' within 24 hours';
    const sentence = `${words[what]}${when}: ${count} of ${base[what]}, allowed ${allowed}`;
    return [{ kind: `${what}-removed`, sentence }];
  });
  return [...passed, ...emptiedPassed(emptied), ...shrunkenPassed(shrunken, settings.perGroup)];
}

const unreadable: PassedThreshold = {
  kind: 'removals-unreadable',
  sentence: 'what was removed in the last 24 hours cannot be read',
};

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

function emptiedPassed(emptied: number | undefined): readonly PassedThreshold[] {
  if (emptied === 0) return [];
  const how =
    emptied === undefined ? 'too much changes to tell' : `${emptied} that had 5 members or more, allowed 0`;
  return [{ kind: 'groups-emptied', sentence: `groups emptied: ${how}` }];
}

function shrunkenPassed(
  [worst, ...others]: readonly Shrunken[],
  of: GroupThreshold,
): readonly PassedThreshold[] {
  if (worst === undefined) return [];
  const count = others.length;
  const more = count === 0 ? '' : `, and ${count} ${count === 1 ? 'group' : 'groups'} more`;
  const { group, lost, members, before } = worst;
  const when = before === 0 ? '' : ' within 24 hours';
  const loss = `${lost} of ${members} by ${group}, allowed ${shareOf(members, of)}${more}`;
  return [{ kind: 'group-shrunken', sentence: `members lost by one group${when}: ${loss}` }];
}
