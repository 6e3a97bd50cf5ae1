import type { DiffSet } from '../nesting/diff-sets.ts';
import { collectMembers } from '../nesting/effective.ts';
import { Marks } from '../nesting/marks.ts';
import type { Memberships } from '../nesting/memberships.ts';
import type { Derivation } from './derive-round.ts';
import type { DeriveSources } from './derive-sources.ts';
import { scopeReach } from './user-decisions.ts';

/**
 * A group above its limit is reported and keeps its last members, as far as they count, while all others go on (XA-05, T08, T11). Who
 * leaves the scope is not kept: he has left the group, too, which is in it, and nobody who is no user of the directory is told as a member.
 */
export interface HeldGroup {
  readonly group: number;
  readonly held: boolean;
  /** Effective members it would have. */
  readonly members: number;
  /** Those of them who count are what readers get while it is held. */
  readonly kept?: Uint32Array;
}

export interface LimitedChange {
  readonly sets: readonly DiffSet[];
  readonly pairsAdded: number;
  readonly pairsRemoved: number;
  /** Groups that are held now, and groups that were and are not any more. */
  readonly groups: readonly HeldGroup[];
}

/**
 * Takes groups above the limit out of a change, and lets groups back in that came under it again. Their pairs are counted by their
 * members, as a change that is too large to be told has no sets.
 */
export async function limitedChange(sources: DeriveSources, derivation: Derivation): Promise<LimitedChange> {
  const special = new Set(derivation.large);
  const sets: DiffSet[] = (derivation.change?.sets ?? []).flatMap((set) => {
    const groups = set.groups.filter((group) => !special.has(group));
    return groups.length === 0 ? [] : [{ ...set, groups }];
  });
  let { pairsAdded, pairsRemoved } = derivation;
  const groups: HeldGroup[] = [];
  const membersOf = membersFinder(derivation);
  for (const group of derivation.large) {
    const before = membersOf(derivation.before, group);
    const now = membersOf(derivation.after, group);
    const keeps = await keptInScope(sources, derivation, {
      keeps: derivation.kept.get(group) ?? before,
      now,
    });
    const { held, unlimited, limited } = judged(sources, derivation, { group, before, now, keeps });
    groups.push(...held);
    pairsAdded += limited.added.length - unlimited.added.length;
    pairsRemoved += limited.removed.length - unlimited.removed.length;
    if (limited.added.length + limited.removed.length > 0)
      sets.push({ groups: Uint32Array.of(group), ...limited });
  }
  return { sets, pairsAdded, pairsRemoved, groups };
}

interface Large {
  readonly group: number;
  readonly before: Uint32Array;
  readonly now: Uint32Array;
  /** Whom it keeps if it is held. */
  readonly keeps: Uint32Array;
}

/** Who is in the group now is in the scope with it; the others are asked about, if they count. */
async function keptInScope(
  sources: DeriveSources,
  derivation: Derivation,
  { keeps, now }: Pick<Large, 'keeps' | 'now'>,
): Promise<Uint32Array> {
  const { run, stored } = sources;
  if (run.settings.scope.kind === 'all' || now.length <= run.settings.maxMembersPerGroup) return keeps;
  const left = counting(without(keeps, now), derivation.after);
  if (left.length === 0) return keeps;
  await stored.loadGroupsOf(left);
  const reaches = scopeReach(sources, derivation);
  return without(
    keeps,
    left.filter((user) => !reaches(user)),
  );
}

/** What changes of a group, and what would if it had no limit. Who is kept and counts no longer leaves, to be back when he does. */
function judged(
  { run, stored }: DeriveSources,
  derivation: Derivation,
  { group, before, now, keeps }: Large,
) {
  const wasHeld = stored.facts.get(group)?.held === true;
  const kept = derivation.kept.get(group);
  const old = kept === undefined ? before : counting(kept, derivation.before);
  const isHeld = now.length > run.settings.maxMembersPerGroup;
  const held: HeldGroup = { group, held: isHeld, members: now.length, ...(isHeld ? { kept: keeps } : {}) };
  return {
    held: isHeld || wasHeld ? [held] : [],
    unlimited: difference(before, now),
    limited: difference(old, isHeld ? counting(keeps, derivation.after) : now),
  };
}

const counting = (users: Uint32Array, { liveUsers }: Memberships) =>
  users.filter((user) => liveUsers[user] === 1);

/** Effective members of told groups; one walk's room serves all of them. */
function membersFinder({ after }: Derivation): (memberships: Memberships, group: number) => Uint32Array {
  let marks: { groups: Marks; users: Marks } | undefined;
  return (memberships, group) => {
    if (memberships.told[group] !== 1) return none;
    marks ??= { groups: new Marks(after.nesting.groups), users: new Marks(after.users) };
    collectMembers(memberships, group, { groups: marks.groups, users: marks.users.begin() });
    return marks.users.sorted();
  };
}

const none = new Uint32Array(0);

/** Of two ascending lists: a group above its limit has hundreds of thousands of members, which as sets take twenty bytes each. */
const difference = (old: Uint32Array, now: Uint32Array): Pick<DiffSet, 'added' | 'removed'> => ({
  added: without(now, old),
  removed: without(old, now),
});

function without(users: Uint32Array, others: Uint32Array): Uint32Array {
  let place = 0;
  return users.filter((user) => {
    while (place < others.length && (others[place] as number) < user) place++;
    return others[place] !== user;
  });
}
