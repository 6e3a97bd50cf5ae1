import { Marks } from './marks.ts';
import type { Memberships } from './memberships.ts';
import { liveChildren } from './witness-paths.ts';

export interface Through {
  readonly direct: boolean;
  /** Direct children of the group of which the user is an effective member, ascending. */
  readonly children: readonly number[];
}

/** Whether `user` is in `group` directly, and through which of its nested groups. */
export function throughWhichChild(memberships: Memberships, group: number, user: number): Through {
  const { nesting, liveUsers } = memberships;
  if (liveUsers[user] !== 1 || nesting.live[group] !== 1) return { direct: false, children: [] };
  const above = new Marks(nesting.groups).begin();
  for (const holder of memberships.groupsOf(user)) nesting.ancestors.collect(holder, above);
  return {
    direct: memberships.groupsOf(user).includes(group),
    children: liveChildren(memberships, group).filter((child) => child !== group && above.has(child)),
  };
}

/** Live groups of circles: two or more groups that contain each other. Reported, not refused. */
export function circles({ nesting }: Memberships): readonly (readonly number[])[] {
  const byComponent = new Map<number, number[]>();
  for (const [group, component] of nesting.ancestors.components.componentOf.entries()) {
    if (nesting.live[group] !== 1) continue;
    const groups = byComponent.get(component) ?? [];
    groups.push(group);
    byComponent.set(component, groups);
  }
  return [...byComponent.values()].filter((groups) => groups.length > 1);
}
