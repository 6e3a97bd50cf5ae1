import type { JsonObject } from '../../../shared/model/json.ts';
import type { Assignment } from '../../../shared/sync/graph-port.ts';
import type { NestedSettings } from '../../../shared/sync/settings.ts';
import type { FakeTenant } from '../../support/sync/fake-tenant.ts';

/** Small numbers as ids of users, groups and devices. */
const idOf = (kind: string) => (index: number) =>
  `00000000-0000-4000-${kind}-0000000000${index.toString(16).padStart(2, '0')}`;
export const userId = idOf('8000');
export const groupId = idOf('9000');
export const deviceId = idOf('a000');

export const users = 14;
export const groups = 9;

export const applications = [1, 2].map((index) => `99999999-0000-4000-8000-00000000000${index}`);

/** The first is the one that every tenant has from the beginning. */
export const domainNames = ['rookery.example', 'branch.example', 'elsewhere.example'];

/** Groups that are more than what they hold. */
export interface Kinds {
  readonly dynamic: boolean;
  readonly hidden: boolean;
}

export const pick = <T>(random: () => number, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)] as T;

/** What Entra may say of a user: old objects have no type, and guests are known by either of two marks. */
export function userFields(id: string, random: () => number): JsonObject {
  const signIn =
    random() < 0.2
      ? `${id}_home.example#EXT#@${pick(random, domainNames)}`
      : `${id}@${pick(random, domainNames)}`;
  return {
    displayName: `Name ${Math.floor(random() * 9)}`,
    ...(random() < 0.7 ? { userPrincipalName: signIn } : {}),
    ...pick<JsonObject>(random, [{}, {}, { userType: null }, { userType: 'Member' }, { userType: 'guest' }]),
    ...pick<JsonObject>(random, [{}, {}, { accountEnabled: true }, { accountEnabled: false }]),
  };
}

/** Whether a group is dynamic or hidden is said once, when it is made. */
export function groupFields(id: string, random: () => number, kinds: Kinds): JsonObject {
  const is = (share: number) => Number.parseInt(id.slice(-2), 16) % share === 1;
  return {
    displayName: `Group ${Math.floor(random() * 9)}`,
    ...(kinds.dynamic && is(4) ? { groupTypes: ['DynamicMembership'] } : {}),
    ...(kinds.hidden && is(3) ? { visibility: 'HiddenMembership' } : {}),
  };
}

/** An administrator of the tenant assigns somebody, or verifies a domain. */
export function register(tenant: FakeTenant, random: () => number): void {
  if (random() < 0.2) verify(tenant, random);
  else assign(tenant, random);
}

function verify(tenant: FakeTenant, random: () => number): void {
  const name = pick(random, domainNames.slice(1));
  const others = tenant.registered.domains.filter((domain) => domain.name !== name);
  const domain = { name, isVerified: random() < 0.6, isDefault: false, isInitial: false };
  tenant.setRegistered({ domains: random() < 0.1 ? others : [...others, domain] });
}

function assign(tenant: FakeTenant, random: () => number): void {
  const application = pick(random, applications);
  const assigned = tenant.registered.applications.get(application) ?? [];
  const change = random();
  const become = (of: readonly Assignment[] | undefined) =>
    tenant.setRegistered({ applications: new Map([...tenant.registered.applications, [application, of]]) });
  if (change < 0.05) become(undefined);
  else if (change < 0.1) become([]);
  else if (change < 0.35) become(assigned.filter(() => random() < 0.7));
  else become([...assigned, somebody(random)]);
}

function somebody(random: () => number): Assignment {
  return random() < 0.35
    ? { principalId: userId(Math.floor(random() * users)), principalType: 'User' }
    : { principalId: groupId(Math.floor(random() * groups)), principalType: 'Group' };
}

/** What a scope cannot do without is there: an application that is not, or nobody is assigned to, is no scope. */
export function putRight(tenant: FakeTenant, { scope }: Partial<NestedSettings>): void {
  const { applications: known } = tenant.registered;
  if (scope?.kind !== 'application' || (known.get(scope.servicePrincipalId) ?? []).length > 0) return;
  const assigned: Assignment = { principalId: groupId(0), principalType: 'Group' };
  tenant.setRegistered({ applications: new Map([...known, [scope.servicePrincipalId, [assigned]]]) });
}
