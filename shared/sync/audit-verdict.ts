import type { GroupId } from '../model/ids.ts';
import type { CountedGroup, Difference } from './counted-otherwise.ts';
import type { GroupFacts } from './nested-store.ts';

export interface GroupsVerdict {
  /** Counted otherwise once: to be counted again. */
  readonly suspects: readonly GroupId[];
  /** Counted otherwise twice in succession: their lists are read. */
  readonly confirmed: readonly GroupId[];
}

/** Lists that one comparison may ask for, and groups remembered: where nearly all differ it is the index that is wrong. */
const confirmedMax = 100;
const suspectsMax = 500;

/** A suspect that got no answer stays one; one that is not there any more does not. */
export function judgeGroups(
  suspects: readonly GroupId[],
  {
    chosen,
    answered,
    differing,
  }: {
    readonly chosen: readonly GroupFacts[];
    readonly answered: readonly CountedGroup[];
    readonly differing: readonly Difference[];
  },
): GroupsVerdict {
  const before = new Set<string>(suspects);
  const again = differing.filter(({ group }) => before.has(group.id));
  const confirmed = again.slice(0, confirmedMax).map(({ group }) => group.id);
  const heard = new Set<string>(answered.map(({ group }) => group.id));
  const unheard = chosen.filter(({ id }) => before.has(id) && !heard.has(id)).map(({ id }) => id);
  const first = differing.filter(({ group }) => !before.has(group.id)).map(({ group }) => group.id);
  const waiting = [...again.slice(confirmedMax).map(({ group }) => group.id), ...unheard, ...first];
  return { suspects: waiting.slice(0, suspectsMax), confirmed };
}
