import type { JsonObject } from '../model/json.ts';
import { collectDescendants } from '../nesting/effective.ts';
import type { GuidTable } from '../nesting/guid-table.ts';
import { Marks } from '../nesting/marks.ts';
import type { Memberships } from '../nesting/memberships.ts';
import type { OutReason } from './nested-store.ts';
import type { Checked } from './run-records.ts';
import type { NestedSettings } from './settings.ts';
import { textHash } from './text-hash.ts';
import { isExternalName } from './user-mapping.ts';

/** What domain and guest rules look at, and nothing else, so that a million users share few of these. */
export interface UserFacts {
  /** Of the sign-in name, lower case; empty when there is none. */
  readonly domain: string;
  readonly guest: boolean;
  /** The user type says whether he is a guest; without one, as of old objects, the sign-in name tells. */
  readonly typed: boolean;
  /** Sign-in name of another tenant. */
  readonly foreign: boolean;
}

export function factsOf(fields: JsonObject): UserFacts {
  const name = fields['userPrincipalName'];
  const signIn = typeof name === 'string' ? name : '';
  const userType = fields['userType'];
  const foreign = isExternalName(signIn);
  return {
    domain: signIn.slice(signIn.lastIndexOf('@') + 1).toLowerCase(),
    guest: typeof userType === 'string' ? userType.toLowerCase() === 'guest' : foreign,
    typed: typeof userType === 'string',
    foreign,
  };
}

/** Why a live user does not count; undefined when he does (XA-06, XA-07, XA-50). */
export function outReason(
  facts: UserFacts,
  settings: NestedSettings,
  verifiedDomains: ReadonlySet<string>,
): OutReason | undefined {
  if (facts.guest) return settings.guests === 'include' ? undefined : 'guest-excluded';
  if (facts.foreign) return settings.treatForeignMembersAs === 'external' ? undefined : 'foreign-member';
  if (!hasDomainRule(settings)) return undefined;
  if (!verifiedDomains.has(facts.domain)) return 'unverified-domain';
  const chosen = settings.domains;
  return chosen === undefined || chosen.includes(facts.domain) ? undefined : 'domain-not-chosen';
}

/** Who chooses domains means these and no others. */
export const hasDomainRule = ({ verifiedDomainsOnly, domains }: NestedSettings): boolean =>
  verifiedDomainsOnly || domains !== undefined;

/** Groups whose effective members are told, among live ones. */
export function toldGroups(
  memberships: Memberships,
  groupIds: GuidTable,
  { settings, checked }: { settings: NestedSettings; checked: Checked },
): Uint8Array {
  const { live } = memberships.nesting;
  const { scope } = settings;
  if (scope.kind === 'all') return live.slice();
  const roots = scope.kind === 'groups' ? scope.groups : checked.assigned.groups;
  const below = scope.kind === 'groups' ? scope.includeNestedGroups : scope.reading === 'subtree';
  const told = new Uint8Array(live.length);
  const reached = new Marks(live.length);
  for (const id of roots) {
    const root = groupIds.find(id);
    if (root === undefined || live[root] !== 1) continue;
    told[root] = 1;
    if (!below) continue;
    collectDescendants(memberships, root, reached);
    for (let entry = 0; entry < reached.count; entry++) told[reached.list[entry] as number] = 1;
  }
  return told;
}

/** Whether groups pass members on at all: the literal reading is what Entra's own provisioning does. */
export const isFlattened = ({ scope }: NestedSettings) =>
  scope.kind !== 'application' || scope.reading !== 'literal';

/** Equal fingerprints decide alike about every user and group: a hash, as hundreds of thousands may be assigned. */
export async function policyFingerprint(settings: NestedSettings, checked: Checked): Promise<string> {
  const { scope, domains, guests, treatForeignMembersAs, maxMembersPerGroup } = settings;
  const rules = [
    scope,
    hasDomainRule(settings) ? [checked.verifiedDomains.toSorted(), domains?.toSorted() ?? null] : null,
    guests,
    treatForeignMembersAs,
    maxMembersPerGroup,
    scope.kind === 'application'
      ? [checked.assigned.users.toSorted(), checked.assigned.groups.toSorted()]
      : null,
  ];
  return await textHash(JSON.stringify(rules));
}
