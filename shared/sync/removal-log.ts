import type { DiffSet } from '../nesting/diff-sets.ts';
import type { DeriveSources } from './derive-sources.ts';
import type { GroupDecision } from './group-decisions.ts';
import { groupIdOf } from './round-ids.ts';
import type { RunLogEntry } from './run-log.ts';
import type { UserDecision } from './user-decisions.ts';

interface Taken {
  readonly users: Iterable<UserDecision>;
  readonly groups: readonly GroupDecision[];
  readonly sets: readonly DiffSet[];
}

/** What a round takes away, object by object: whoever is asked to approve it sees whom it hits. */
export function* removalLog(sources: DeriveSources, { users, groups, sets }: Taken): Iterable<RunLogEntry> {
  const at = sources.run.startedAt;
  yield* capped(at, 'users', Iterator.from(users).flatMap(userEntries(at)));
  yield* capped(at, 'groups', Iterator.from(groups).flatMap(groupEntries(at)));
  yield* capped(at, 'memberships', membershipEntries(sources, sets));
}

/** Entries of one kind; a round that takes more away says how many more. */
const entriesMax = 1000;

function* capped(at: string, what: string, entries: Iterable<RunLogEntry>): Iterable<RunLogEntry> {
  let count = 0;
  for (const entry of entries) if (count++ < entriesMax) yield entry;
  if (count <= entriesMax) return;
  const more = count - entriesMax;
  const message = `Removals of ${what} that are not listed one by one: ${more}`;
  yield { key: `5/${what}/more`, at, level: 'info', code: 'more-removals', message, counts: { more } };
}

const userEntries =
  (at: string) =>
  ({ id, was, inScope, reason = 'not-in-scope', disabled }: UserDecision): readonly RunLogEntry[] => {
    const common = { at, level: 'info', object: { kind: 'user', id } } as const;
    if (was?.inScope === true && !inScope) {
      const message = `User leaves the directory: ${reason}`;
      return [{ ...common, key: `5/users/removed/${id}`, code: 'user-removed', message }];
    }
    if (!disabled) return [];
    const message = 'User is deactivated: the account is disabled in the tenant';
    return [{ ...common, key: `5/users/deactivated/${id}`, code: 'user-deactivated', message }];
  };

const whyGroupsLeave = {
  live: 'not-in-scope',
  'soft-deleted': 'deleted, and can be restored',
  gone: 'deleted',
} as const;

const groupEntries =
  (at: string) =>
  ({ id, told, wasTold, life }: GroupDecision): readonly RunLogEntry[] => {
    if (told || !wasTold) return [];
    const message = `Group leaves the directory: ${whyGroupsLeave[life]}`;
    const object = { kind: 'group', id } as const;
    return [{ key: `5/groups/removed/${id}`, at, level: 'info', code: 'group-removed', message, object }];
  };

function* membershipEntries({ run, round }: DeriveSources, sets: readonly DiffSet[]): Iterable<RunLogEntry> {
  for (const { groups, added, removed } of sets) {
    if (removed.length === 0) continue;
    for (const group of groups) {
      const id = groupIdOf(round.groupIds, group);
      yield {
        ...{ key: `5/memberships/removed/${id}`, at: run.startedAt, level: 'info', code: 'members-removed' },
        message: `Effective members that the group loses: ${removed.length}`,
        object: { kind: 'group', id },
        counts: { removed: removed.length, added: added.length },
      };
    }
  }
}
