import type { Plan } from '../../../shared/sync/run-records.ts';
import type { Facts } from '../../../tools/simulated-tenant/oracle.ts';
import type { Change } from '../../../tools/simulated-tenant/tenant-objects.ts';

/** Members by group. */
export type Roads = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * New memberships that a run knows of by contradicting words alone. Of whoever left another group meanwhile there is none: who moves has
 * to stay where he was until the new membership is known.
 */
export function openRoads(plan: Plan | undefined, since: readonly Change[]): Roads {
  const left = new Set(
    since.flatMap((change) => (change.kind === 'member' && !change.added ? [change.member] : [])),
  );
  const open = (plan?.rereads ?? []).map(({ group, undecided }) => {
    const members = [...(undecided?.members ?? []), ...(undecided?.children ?? [])];
    return [group, new Set(members.filter((member) => !left.has(member)))] as const;
  });
  return new Map(open.filter(([, members]) => members.size > 0));
}

/** The tenant as if nobody had come by these roads. */
export function withoutRoads(facts: Facts, roads: Roads): Facts {
  const groups = [...facts.groups].map(([id, group]) => {
    const members = group.members.difference(roads.get(id) ?? new Set());
    return [id, { ...group, members }] as const;
  });
  return { ...facts, groups: new Map(groups) };
}
