import type { GroupId } from '../model/ids.ts';
import type { Derivation } from './derive-round.ts';
import type { DeriveSources } from './derive-sources.ts';
import type { LimitedChange } from './held-groups.ts';
import { groupIdOf } from './round-ids.ts';

export interface GroupDecision {
  readonly id: GroupId;
  readonly life: 'live' | 'soft-deleted' | 'gone';
  readonly told: boolean;
  readonly held: boolean;
  readonly wasTold: boolean;
}

/** Groups whose life or telling is not what is stored. */
export function groupDecisions(
  { round, stored }: DeriveSources,
  { after }: Derivation,
  limited: LimitedChange,
): readonly GroupDecision[] {
  const held = new Map(limited.groups.map((group) => [group.group, group.held]));
  const decisions: GroupDecision[] = [];
  const ofRound = Iterator.from(round.groups.keys()).filter((group) => !stored.facts.has(group));
  for (const group of [...stored.facts.keys(), ...ofRound]) {
    const was = stored.facts.get(group) ?? { life: 'live', told: false, held: false };
    const life = round.groups.get(group)?.life ?? was.life;
    const told = after.told[group] === 1;
    const isHeld = told && (held.get(group) ?? was.held);
    if (life === was.life && told === was.told && isHeld === was.held) continue;
    decisions.push({ id: groupIdOf(round.groupIds, group), life, told, held: isHeld, wasTold: was.told });
  }
  return decisions;
}
