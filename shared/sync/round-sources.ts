import type { FoldedGroup } from './fold-groups.ts';
import { type FoldedRound, foldRound, isFirst } from './fold-round.ts';
import type { NestedDirectoryStore } from './nested-store.ts';
import { numberOf } from './round-ids.ts';
import type { Checked, SyncRun } from './run-records.ts';
import { factsOf, policyFingerprint } from './scope.ts';
import { knowListed } from './shown-groups.ts';
import { StoredMemberships } from './stored-memberships.ts';
import type { SyncState } from './sync-state.ts';

export interface RoundSources {
  readonly store: NestedDirectoryStore;
  readonly run: SyncRun;
  readonly state: SyncState;
  readonly checked: Checked;
  /** Groups that are read by list at once. */
  readonly listsMax?: number | undefined;
}

/** What the round says and what is stored, with everybody in it whom it does not name and nevertheless concerns: perhaps all who are stored. */
export async function foldedSources(sources: RoundSources) {
  const { store, run, state, checked } = sources;
  const round = await foldRound(sources);
  const stored = new StoredMemberships(store, run.directory, round);
  if (isFirst(sources)) return { round, stored, hasEverybody: false };
  await stored.loadNesting();
  const hasEverybody =
    run.users.baseline || state.policy !== (await policyFingerprint(run.settings, checked));
  if (hasEverybody) await considerEverybody(sources, round);
  if (run.groups.baseline) sweepGroups(round.groups, stored);
  await knowListed(sources, round);
  return { round, stored, hasEverybody };
}

/** Users the round did not speak of: unseen by a complete enumeration they are deleted; under new rules they are judged anew. */
async function considerEverybody(
  { store, run }: RoundSources,
  round: Pick<FoldedRound, 'memberIds' | 'users'>,
) {
  for await (const rows of store.userPages(run.directory)) {
    for (const { id, life, standing, fields } of rows) {
      const number = numberOf(round.memberIds, id);
      if (round.users.has(number)) continue;
      const enabled = fields['accountEnabled'] !== false;
      const unseen = run.users.baseline && life === 'live';
      round.users.set(number, {
        life: unseen ? 'soft-deleted' : life,
        facts: factsOf(fields),
        enabled,
        isNew: false,
        stored: { life, standing, enabled },
      });
    }
  }
}

/** Groups that a complete enumeration did not show are deleted; their memberships are kept, as after any soft delete. */
function sweepGroups(groups: Map<number, FoldedGroup>, stored: StoredMemberships): void {
  for (const [group, facts] of stored.facts) {
    if (groups.has(group) || facts.life !== 'live') continue;
    groups.set(group, {
      life: 'soft-deleted',
      storedLife: facts.life,
      hidden: false,
      dynamic: false,
      toldMembers: false,
      shownMembers: false,
      isNew: false,
    });
  }
}
