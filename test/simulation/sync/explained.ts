import type { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { groupsBelow } from '../../support/sync/tenant-history.ts';
import type { Known } from './said.ts';

/** Whether something is wrong, and all of it is about objects whose short deletion nothing told of: a new enumeration has to mend that. */
export function isExplained(
  { tenant, evidence }: SimulatedSync,
  { said, truth }: { readonly said: Known; readonly truth: Known },
): boolean {
  const sleepers = evidence.unseenSleepers();
  const below = (group: string) => groupsBelow(tenant.history.latest, group);
  const isBelow = (group: string) => !sleepers.isDisjointFrom(below(group));
  const above = new Set([...sleepers].flatMap((sleeper) => [...below(sleeper)]));
  const wrong = (['pairs', 'users', 'groups'] as const).flatMap((what) => differing(said[what], truth[what]));
  return (
    wrong.length > 0 &&
    wrong.every((what) => {
      const [one = '', user = one] = what.split(' ');
      return sleepers.has(user) || above.has(one) || isBelow(one);
    })
  );
}

const differing = (some: readonly string[], others: readonly string[]) => [
  ...new Set(some).symmetricDifference(new Set(others)),
];
