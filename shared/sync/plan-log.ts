import type { DeriveSources } from './derive-sources.ts';
import type { GroupNames } from './group-names.ts';
import type { LimitedChange } from './held-groups.ts';
import { idleMembersLog } from './idle-members.ts';
import { groupIdOf } from './round-ids.ts';
import type { RunLogEntry } from './run-log.ts';
import { unlistedLog } from './unlisted-log.ts';
import type { UserDecision } from './user-decisions.ts';

interface Noted {
  readonly users: Iterable<UserDecision>;
  readonly limited: LimitedChange;
  readonly hidden: readonly number[];
  readonly names: Pick<GroupNames, 'of'>;
  /** Members that ought to be users and that nobody knows. */
  readonly unknown: ReadonlySet<number>;
}

/** What a person should know of a round: who is left out and why, groups above their limit, members that lead nowhere. */
export function* logOf(sources: DeriveSources, noted: Noted): Iterable<RunLogEntry> {
  const { run } = sources;
  const at = run.startedAt;
  for (const { id, inScope, reason = 'not-in-scope', was } of noted.users) {
    if (inScope || reason === 'deleted' || was?.inScope === true) continue;
    yield {
      key: `4/user/${id}`,
      at,
      level: 'info',
      code: `user-${reason}`,
      message: `User left out: ${reason}`,
      object: { kind: 'user', id },
    };
  }
  for (const { group, held, members } of noted.limited.groups) {
    if (!held) continue;
    const limit = run.settings.maxMembersPerGroup;
    yield {
      key: `4/limit/${group}`,
      at,
      level: 'error',
      code: 'group-over-limit',
      message: `Group "${noted.names.of(group)}" would have ${members} members, above ${limit}: it keeps its last ones`,
      object: groupObject(sources, group),
      counts: { members, limit },
    };
  }
  yield* hiddenLog(sources, noted.hidden);
  yield* unlistedLog(run);
  yield* idleMembersLog(sources, noted.unknown);
}

function* hiddenLog(sources: DeriveSources, hidden: readonly number[]): Iterable<RunLogEntry> {
  for (const group of hidden) {
    yield {
      key: `3/hidden/${group}`,
      at: sources.run.startedAt,
      level: 'warning',
      code: 'members-hidden',
      message: 'Members of this group are hidden from the application: no removals were taken from it',
      object: groupObject(sources, group),
    };
  }
}

const groupObject = ({ round }: DeriveSources, group: number) =>
  ({ kind: 'group', id: groupIdOf(round.groupIds, group) }) as const;
