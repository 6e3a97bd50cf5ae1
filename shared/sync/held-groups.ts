import type { DiffSet } from '../nesting/diff-sets.ts';
import { effectiveMembers } from '../nesting/effective.ts';
import type { Derivation, DeriveSources } from './derive-round.ts';
import { groupIdOf } from './fold-round.ts';
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
  for (const group of derivation.large) {
    const { held, set } = await judged(sources, derivation, group);
    if (held.held || sources.stored.facts.get(group)?.held === true) groups.push(held);
    pairsAdded += set.added.length;
    pairsRemoved += set.removed.length;
    if (set.added.length + set.removed.length > 0) sets.push(set);
  }
  return { sets, pairsAdded, pairsRemoved, groups };
}

async function judged(
  { store, run, round, stored }: DeriveSources,
  { before, after }: Derivation,
  group: number,
): Promise<{ held: HeldGroup; set: DiffSet }> {
  const wasHeld = stored.facts.get(group)?.held === true;
  const packed = wasHeld
    ? await store.heldMembers(run.directory, groupIdOf(round.groupIds, group))
    : undefined;
  const derived = before.told[group] === 1 ? effectiveMembers(before, group) : none;
  const old = packed === undefined ? derived : unpacked(round.memberIds, packed);
  const now = after.told[group] === 1 ? effectiveMembers(after, group) : none;
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
