import { Marks } from '../nesting/marks.ts';
import { countsAfter, storedUsers } from './counting-users.ts';
import type { Derivation } from './derive-round.ts';
import type { DeriveSources } from './derive-sources.ts';
import type { FoldedRound } from './fold-round.ts';
import type { FoldedUser } from './folded-users.ts';
import { reachable } from './large-groups.ts';
import type { OutReason, Standing } from './nested-store.ts';
import { numberOf, userIds } from './round-ids.ts';
import { outReason } from './scope.ts';

export interface UserDecision {
  readonly id: ReturnType<typeof userIds>[number];
  readonly life: 'live' | 'soft-deleted' | 'gone';
  readonly counts: boolean;
  readonly inScope: boolean;
  readonly reason?: string;
  readonly was?: Standing;
  readonly disabled: boolean;
}

/** Users whose life or standing is not what is stored; decided anew each time they are gone through. */
export async function userDecisions(
  sources: DeriveSources,
  derivation: Derivation,
): Promise<() => Iterable<UserDecision>> {
  const { round, stored, run } = sources;
  const isScoped = run.settings.scope.kind !== 'all';
  const strangers = isScoped ? movedStrangers(round, derivation) : [];
  const rows = await storedUsers(sources, strangers);
  if (isScoped) {
    await stored.loadGroupsOf(round.users.keys());
    await stored.loadGroupsOf(strangers);
  }
  const reaches = scopeReach(sources, derivation);
  const ofStrangers = rows.flatMap(({ id, life, standing }): readonly UserDecision[] => {
    const inScope = standing.counts && reaches(numberOf(round.memberIds, id));
    if (inScope === standing.inScope) return [];
    const reason = inScope ? {} : { reason: 'not-in-scope' };
    return [{ id, life, counts: standing.counts, inScope, ...reason, was: standing, disabled: false }];
  });
  // Of a million users of a first run, each is decided when it is looked at.
  return function* () {
    for (const [user, folded] of round.users) {
      const counts = countsAfter(sources, user);
      yield* decided(sources, { user, folded, counts, inScope: counts && reaches(user) });
    }
    yield* ofStrangers;
  };
}

/** Users the round did not speak of whose memberships moved, told or not: of groups above their limit, and of changes too large, nothing is. */
function movedStrangers(
  round: FoldedRound,
  { change, moved: untold = new Uint32Array(0) }: Derivation,
): readonly number[] {
  const moved = new Marks(round.memberIds.count).begin();
  moved.addAll(untold);
  for (const { added, removed } of change?.sets ?? []) {
    moved.addAll(added);
    moved.addAll(removed);
  }
  return [...moved.list.subarray(0, moved.count).filter((user) => !round.users.has(user))];
}

interface Verdict {
  readonly user: number;
  readonly folded: FoldedUser;
  readonly counts: boolean;
  readonly inScope: boolean;
}

/** Nothing when all of it is stored already. */
function decided(
  sources: DeriveSources,
  { user, folded, counts, inScope }: Verdict,
): readonly UserDecision[] {
  const { life, stored, enabled } = folded;
  const reason = inScope ? undefined : reasonOf(sources, folded, counts);
  const was: Standing = stored?.standing ?? { counts: false, inScope: false };
  const disabled = was.inScope && inScope && stored?.enabled === true && !enabled;
  const same = was.counts === counts && was.inScope === inScope && was.reason === reason;
  if (same && life === (stored?.life ?? 'live') && !disabled) return [];
  return userIds(sources.round.memberIds, [user]).map((id) => ({
    id,
    life,
    counts,
    inScope,
    ...(reason === undefined ? {} : { reason }),
    was,
    disabled,
  }));
}

function reasonOf(
  { run, verifiedDomains }: DeriveSources,
  folded: FoldedUser,
  counts: boolean,
): OutReason | undefined {
  if (folded.life !== 'live') return 'deleted';
  return counts ? 'not-in-scope' : outReason(folded.facts, run.settings, verifiedDomains);
}

/**
 * Whether the scope reaches a user that counts: everybody, or those assigned or below a root. A round that moves no membership does
 * not know who is live, so that is not asked here.
 */
export function scopeReach(
  { round, run, checked }: DeriveSources,
  { after }: Derivation,
): (user: number) => boolean {
  const { scope } = run.settings;
  if (scope.kind === 'all') return () => true;
  const assigned = new Set(scope.kind === 'application' ? checked.assigned.users : []);
  const ids = scope.kind === 'groups' ? scope.groups : checked.assigned.groups;
  const roots = ids.flatMap((id) => round.groupIds.find(id) ?? []);
  const isBelow = new Uint8Array(after.nesting.groups);
  for (const group of reachable(after.nesting, roots)) isBelow[group] = 1;
  return (user) =>
    assigned.has(round.memberIds.textOf(user)) || after.groupsOf(user).some((group) => isBelow[group] === 1);
}
