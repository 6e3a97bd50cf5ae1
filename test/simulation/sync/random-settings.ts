import type { NestedSettings, SafeguardSettings, SyncScope } from '../../../shared/sync/settings.ts';
import { applications, domainNames, groupId, groups, pick } from './random-tenant.ts';

type Rules = Partial<NestedSettings>;

/** Settings that an admin may have in mind. */
export function randomRules(random: () => number): Rules {
  const some = <T>(chance: number, value: () => T): T | undefined =>
    random() < chance ? value() : undefined;
  const rules = {
    scope: randomScope(random),
    verifiedDomainsOnly: random() < 0.3,
    domains: some(0.2, () => domainNames.filter(() => random() < 0.6)),
    guests: pick(random, ['include', 'include', 'exclude'] as const),
    treatForeignMembersAs: pick(random, ['external', 'external', 'out-of-scope'] as const),
    maxMembersPerGroup: some(0.4, () => 1 + Math.floor(random() * 4)),
    maxUsers: some(0.05, () => 1 + Math.floor(random() * 12)),
    maxGroups: some(0.05, () => 1 + Math.floor(random() * 8)),
    maxMemberships: some(0.05, () => 1 + Math.floor(random() * 40)),
  };
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined));
}

/** One of them, or all, become others. */
export function changedRules(rules: Rules, random: () => number): Rules {
  const others = randomRules(random);
  if (random() < 0.3) return others;
  const name = pick(random, Object.keys({ ...rules, ...others })) as keyof Rules;
  const { [name]: _, ...rest } = rules;
  return name in others ? { ...rest, [name]: others[name] } : rest;
}

function randomScope(random: () => number): SyncScope {
  const kind = pick(random, ['all', 'groups', 'application'] as const);
  if (kind === 'all') return { kind };
  if (kind === 'application') {
    const reading = pick(random, ['literal', 'effective', 'subtree'] as const);
    return { kind, servicePrincipalId: pick(random, applications), reading };
  }
  const chosen = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
    groupId(Math.floor(random() * groups)),
  );
  // Ids of the scope are parsed where settings come in.
  return { kind, groups: chosen as never, includeNestedGroups: random() < 0.6 };
}

/** Thresholds that a small tenant passes now and then; some are so wide that only the others hold. */
export function randomSafeguard(random: () => number): SafeguardSettings {
  const small = (most: number) => Math.floor(random() * most);
  const floor = (most: number) => (random() < 0.4 ? 1000 : small(most));
  const threshold = (most: number) => ({
    floor: floor(most),
    percent: small(100),
    absolute: random() < 0.2 ? small(most) : 500,
  });
  return {
    enabled: true,
    memberships: threshold(30),
    users: threshold(6),
    groups: threshold(4),
    perGroup: { floor: floor(8), percent: small(100) },
  };
}
