import { isDynamic, isHidden } from './fold-groups.ts';
import type { FoldedRound } from './fold-round.ts';
import type { NestedDirectoryStore } from './nested-store.ts';
import { numberOf } from './round-ids.ts';
import type { Checked, Reread, SyncRun } from './run-records.ts';
import type { SyncState } from './sync-state.ts';

interface Sources {
  readonly store: NestedDirectoryStore;
  readonly run: SyncRun;
  readonly state: SyncState;
  readonly checked: Checked;
}

/** More lists than this are not read one by one: the next run reads all groups anew, hidden ones included. */
const listedMax = 500;

/**
 * The rule for groups with hidden membership (graph.md §1.6, rule 5): without `Member.Read.Hidden` Graph shows no members and says
 * nothing, so that neither an empty list, nor an enumeration, nor a removal that is told of such a group is evidence; additions are.
 * Nothing is removed until a run has found the permission itself, and the first that finds it reads all of them once more.
 * Where the token does not tell, a group whose members Graph shows in this very round is evidence for itself.
 */
export function hiddenMembersShown({ run, checked }: Pick<Sources, 'run' | 'checked'>): HiddenMembers {
  if (!checked.hiddenMembers) return checked.hiddenUnknown === true ? 'unknown' : 'never';
  // A check of an earlier run may have been true then.
  return checked.at >= Date.parse(run.startedAt) ? 'now' : 'lately';
}

export type HiddenMembers = 'now' | 'lately' | 'never' | 'unknown';

/** Hidden groups to be read by list because their members can be read since the last run. */
export async function newlyShown({
  store,
  run,
  state,
  checked,
}: Sources): Promise<{ readonly rereads: readonly Reread[]; readonly tooMany: boolean }> {
  if (!checked.hiddenMembers || state.checked?.hiddenMembers !== false || run.groups.baseline) return nothing;
  const rereads: Reread[] = [];
  for await (const rows of store.groupPages(run.directory)) {
    for (const { id, life, fields } of rows) {
      if (life === 'live' && isHidden(fields)) rereads.push({ group: id, reason: 'shown', rounds: 0 });
    }
    if (rereads.length > listedMax) return { rereads: [], tooMany: true };
  }
  return { rereads, tooMany: false };
}

const nothing = { rereads: [], tooMany: false };

/** What is known of groups that are read by list though the round does not speak of them. */
export async function knowListed(
  { store, run }: Pick<Sources, 'store' | 'run'>,
  round: FoldedRound,
): Promise<void> {
  const ids = run.rereads.flatMap(({ group }) =>
    round.groups.has(numberOf(round.groupIds, group)) ? [] : [group],
  );
  for (let start = 0; start < ids.length; start += idsAtOnce) {
    for (const { id, life, fields } of await store.groups(
      run.directory,
      ids.slice(start, start + idsAtOnce),
    )) {
      round.groups.set(numberOf(round.groupIds, id), {
        ...{ life, storedLife: life, toldMembers: false, shownMembers: false, isNew: false },
        ...{ hidden: isHidden(fields), dynamic: isDynamic(fields) },
      });
    }
  }
}

const idsAtOnce = 1000;
