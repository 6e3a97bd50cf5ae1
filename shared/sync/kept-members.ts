import type { DeriveSources } from './derive-sources.ts';
import { groupIdOf } from './round-ids.ts';
import { unpacked } from './stored-memberships.ts';

/** Members that each held group had when it passed its limit, ascending. Told are those of them that count. */
export type KeptMembers = ReadonlyMap<number, Uint32Array>;

/** Read before it is known who counts, as they are users like those of the round. */
export async function keptMembers(
  { store, run, round, stored }: DeriveSources,
  groups: readonly number[],
): Promise<KeptMembers> {
  const kept = new Map<number, Uint32Array>();
  for (const group of groups) {
    if (stored.facts.get(group)?.held !== true) continue;
    const packed = await store.heldMembers(run.directory, groupIdOf(round.groupIds, group));
    if (packed !== undefined) kept.set(group, unpacked(round.memberIds, packed).sort());
  }
  return kept;
}
