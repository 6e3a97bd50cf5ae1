import type { DeriveSources } from './derive-sources.ts';
import { isFirst } from './fold-round.ts';
import type { GroupDecision } from './group-decisions.ts';
import {
  type MovedMembers,
  memberEntries,
  groupEntries as membershipEntries,
  pairsOf,
} from './member-log.ts';
import type { RunLogEntry } from './run-log.ts';
import type { UserDecision } from './user-decisions.ts';

interface Changed extends MovedMembers {
  readonly users: Iterable<UserDecision>;
  readonly groups: readonly GroupDecision[];
}

/**
 * What a round takes away and what it brings, object by object and why: whoever is asked to approve it sees whom it hits, and whoever asks
 * later what became of somebody finds it by the object. A first run brings everything and lists none of it.
 */
export function* changeLog(sources: DeriveSources, changed: Changed): Iterable<RunLogEntry> {
  const at = sources.run.startedAt;
  const listsAdditions = !isFirst(sources);
  const { users, groups } = changed;
  yield* capped(at, 'users', Iterator.from(users).flatMap(userEntries(at, listsAdditions)));
  yield* capped(at, 'groups', Iterator.from(groups).flatMap(groupEntries(at, listsAdditions)));
  if (!listsAdditions) return;
  yield* capped(at, 'memberships', membershipEntries(sources, changed));
  for (const way of ['removed', 'added'] as const) {
    const entries = Iterator.from(memberEntries(sources, changed, way)).take(entriesMax);
    yield* entries;
    yield* more(at, `members/${way}`, pairsOf(changed, way) - entriesMax);
  }
}

/** Entries of one kind; a round that changes more says how many more. */
const entriesMax = 1000;

/** As many entries as are listed of one kind, and how many more there are. */
export function* capped(at: string, what: string, entries: Iterable<RunLogEntry>): Iterable<RunLogEntry> {
  let count = 0;
  for (const entry of entries) if (count++ < entriesMax) yield entry;
  yield* more(at, what, count - entriesMax);
}

function* more(at: string, what: string, count: number): Iterable<RunLogEntry> {
  if (count <= 0) return;
  const message = `Changes of ${what.replace('/', ' ')} that are not listed one by one: ${count}`;
  yield { key: `5/${what}/more`, at, level: 'info', code: 'more-changes', message, counts: { more: count } };
}

const userEntries =
  (at: string, listsAdditions: boolean) =>
  ({ id, was, inScope, reason = 'not-in-scope', disabled }: UserDecision): readonly RunLogEntry[] => {
    const common = { at, level: 'info', object: { kind: 'user', id } } as const;
    const wasIn = was?.inScope === true;
    if (wasIn && !inScope) {
      const message = `User leaves the directory: ${reason}`;
      return [{ ...common, key: `5/users/removed/${id}`, code: 'user-removed', message }];
    }
    if (!wasIn && inScope && listsAdditions) {
      const message = 'User comes into the directory';
      return [{ ...common, key: `5/users/added/${id}`, code: 'user-added', message }];
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
  (at: string, listsAdditions: boolean) =>
  ({ id, told, wasTold, life }: GroupDecision): readonly RunLogEntry[] => {
    const common = { at, level: 'info', object: { kind: 'group', id } } as const;
    if (!told && wasTold) {
      const message = `Group leaves the directory: ${whyGroupsLeave[life]}`;
      return [{ ...common, key: `5/groups/removed/${id}`, code: 'group-removed', message }];
    }
    if (!told || wasTold || !listsAdditions) return [];
    const message = 'Group comes into the directory';
    return [{ ...common, key: `5/groups/added/${id}`, code: 'group-added', message }];
  };
