import { GroupId } from '../../../shared/model/ids.ts';
import { NestedSettings, type SyncScope } from '../../../shared/sync/settings.ts';
import type { PeopleRules, Scope } from '../../../tools/simulated-tenant/oracle.ts';
import type { Tenant } from '../../../tools/simulated-tenant/tenant.ts';

export type ChosenSettings = Partial<NestedSettings>;

/** Settings as an admin might choose them for this tenant; some take everybody, and some do not turn the safeguard off. */
export function chosenSettings(
  tenant: Tenant,
  random: () => number,
  { isGuarded }: { readonly isGuarded: boolean },
): ChosenSettings {
  const isPlain = random() < 0.4;
  const chosen = {
    baseline: random() < 0.3 ? 'lists' : 'delta',
    safeguard: safeguardOf(random, isGuarded),
    ...(isPlain ? {} : { scope: scopeOf(tenant, random), ...rulesOf(tenant, random) }),
  } as const;
  return NestedSettings.parse(chosen);
}

function safeguardOf(random: () => number, isGuarded: boolean): object {
  const mood = random();
  if (mood < 0.4) return { enabled: isGuarded };
  if (mood < 0.7) return {};
  const tight = { floor: 2, percent: 1 };
  return { memberships: tight, users: tight, groups: tight, perGroup: { floor: 2, percent: 20 } };
}

function scopeOf(tenant: Tenant, random: () => number): SyncScope {
  const kind = random();
  if (kind < 0.3) return { kind: 'all' };
  if (kind < 0.6) {
    const groups = [...tenant.groups.values()].filter(({ life }) => life === 'live');
    const count = 1 + Math.floor(random() * 8);
    const chosen = Array.from({ length: count }, () => oneOf(groups, random).id);
    return {
      kind: 'groups',
      groups: [...new Set(chosen)].map((id) => GroupId.parse(id)),
      includeNestedGroups: random() < 0.5,
    };
  }
  const reading = oneOf(['literal', 'effective', 'subtree'] as const, random);
  return { kind: 'application', servicePrincipalId: tenant.applicationId, reading };
}

function rulesOf({ domains }: Tenant, random: () => number): object {
  const names = domains.map(({ id }) => id).filter(() => random() < 0.6);
  return {
    guests: random() < 0.3 ? 'exclude' : 'include',
    treatForeignMembersAs: random() < 0.3 ? 'out-of-scope' : 'external',
    verifiedDomainsOnly: random() < 0.2,
    ...(random() < 0.25 ? { domains: names } : {}),
  };
}

function oneOf<T>(list: readonly T[], random: () => number): T {
  const one = list[Math.floor(random() * list.length)];
  if (one === undefined) throw new Error('nothing to choose from');
  return one;
}

/** The same in the words of the oracle. */
export function expectationOf({ scope, ...settings }: NestedSettings): { scope: Scope; rules: PeopleRules } {
  const domains = settings.domains ?? (settings.verifiedDomainsOnly ? 'any verified one' : undefined);
  const rules: PeopleRules = {
    guests: settings.guests === 'include',
    foreignMembers: settings.treatForeignMembersAs === 'external',
    ...(domains === undefined ? {} : { domains }),
  };
  return { scope: inOraclesWords(scope), rules };
}

function inOraclesWords(scope: SyncScope): Scope {
  switch (scope.kind) {
    case 'all':
      return scope;
    case 'groups':
      return { kind: 'selected', groups: scope.groups, withNested: scope.includeNestedGroups };
    case 'application':
      return { kind: 'assigned', reading: scope.reading };
  }
}
