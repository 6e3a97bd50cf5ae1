import type { DiffSet } from '../nesting/diff-sets.ts';
import { collectMembers } from '../nesting/effective.ts';
import { Marks } from '../nesting/marks.ts';
import type { Derivation } from './derive-round.ts';
import type { DeriveSources } from './derive-sources.ts';
import { groupIdOf } from './round-ids.ts';
import { unpacked } from './stored-memberships.ts';

/** A group above its limit is reported and keeps its last members, while all others go on (XA-05, T08). */
export interface HeldGroup {
  readonly group: number;
  readonly held: boolean;
  /** Effective members it would have. */
  readonly members: number;
  /** What readers get while it is held. */
  readonly kept?: Uint32Array;
}

export interface LimitedChange {
  readonly sets: readonly DiffSet[];
  readonly pairsAdded: number;
  readonly pairsRemoved: number;
  /** Groups that are held now, and groups that were and are not any more. */
  readonly groups: readonly HeldGroup[];
}

/** Takes groups above the limit out of a change, and lets groups back in that came under it again. */
export async function limitedChange(sources: DeriveSources, derivation: Derivation): Promise<LimitedChange> {
  const special = new Set(derivation.large);
  let { pairsAdded, pairsRemoved } = derivation;
  const sets: DiffSet[] = (derivation.change?.sets ?? []).flatMap((set) => {
    const groups = set.groups.filter((group) => !special.has(group));
    const taken = set.groups.length - groups.length;
    pairsAdded -= taken * set.added.length;
    pairsRemoved -= taken * set.removed.length;
    return groups.length === 0 ? [] : [{ ...set, groups }];
  });
  const groups: HeldGroup[] = [];
  const membersOf = membersFinder(derivation);
  for (const group of derivation.large) {
    const { held, set } = await judged(sources, membersOf, group);
    if (held.held || sources.stored.facts.get(group)?.held === true) groups.push(held);
    pairsAdded += set.added.length;
    pairsRemoved += set.removed.length;
    if (set.added.length + set.removed.length > 0) sets.push(set);
  }
  return { sets, pairsAdded, pairsRemoved, groups };
}

/** Effective members of told groups before and after; one walk's room serves all of them. */
function membersFinder({
  before,
  after,
}: Derivation): (state: 'before' | 'after', group: number) => Uint32Array {
  let marks: { groups: Marks; users: Marks } | undefined;
  return (state, group) => {
    const memberships = state === 'before' ? before : after;
    if (memberships.told[group] !== 1) return none;
    marks ??= {
      groups: new Marks(Math.max(before.nesting.groups, after.nesting.groups)),
      users: new Marks(Math.max(before.users, after.users)),
    };
    collectMembers(memberships, group, { groups: marks.groups, users: marks.users.begin() });
    return marks.users.sorted();
  };
}

async function judged(
  { store, run, round, stored }: DeriveSources,
  membersOf: ReturnType<typeof membersFinder>,
  group: number,
): Promise<{ held: HeldGroup; set: DiffSet }> {
  const wasHeld = stored.facts.get(group)?.held === true;
  const packed = wasHeld
    ? await store.heldMembers(run.directory, groupIdOf(round.groupIds, group))
    : undefined;
  const old = packed === undefined ? membersOf('before', group) : unpacked(round.memberIds, packed);
  const now = membersOf('after', group);
  const held = now.length > run.settings.maxMembersPerGroup;
  const next = held ? old : now;
  const kept = new Set(old);
  const told = new Set(next);
  return {
    held: { group, held, members: now.length, ...(held ? { kept: old } : {}) },
    set: {
      groups: Uint32Array.of(group),
      added: next.filter((user) => !kept.has(user)),
      removed: old.filter((user) => !told.has(user)).sort(),
    },
  };
}

const none = new Uint32Array(0);
