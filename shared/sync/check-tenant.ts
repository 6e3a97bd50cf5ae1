import { applicationIn, assignedPrincipals } from './assigned-principals.ts';
import type { GraphAnswer, GraphFault, GraphReader, Permissions, TenantDomain } from './graph-port.ts';
import { lostPermissions } from './lost-permissions.ts';
import { type Refused, refused } from './run-events.ts';
import type { Checked, SyncRun } from './run-records.ts';
import { hasDomainRule } from './scope.ts';
import type { NestedSettings } from './settings.ts';
import type { SyncState } from './sync-state.ts';
import { textHash } from './text-hash.ts';

export type CheckOutcome =
  | { readonly kind: 'checked'; readonly checked: Checked }
  | Refused
  | { readonly kind: 'fault'; readonly fault: GraphFault };

/** A check holds for this long when a timer starts the run. */
const goodForMilliseconds = 60 * 60 * 1000;

/** The last check, if this run may rely on it: an idle cycle then costs two calls. */
export function lastCheck(run: SyncRun, state: SyncState, now: number): Checked | undefined {
  const { checked } = state;
  if (checked === undefined || run.trigger !== 'timer' || state.lastCompletedRun === undefined)
    return undefined;
  // Whoever was missing on the last list leaves with the next one.
  if (checked.missing !== undefined) return undefined;
  const fresh = now - checked.at < goodForMilliseconds && checked.at <= now;
  const same = checked.tenantId === run.pinnedTenantId && checked.confirmedHash === run.confirmedHash;
  return fresh && same && answersSettings(checked, run) ? checked : undefined;
}

/** Assignments of one application say nothing of another, and no verified domain is a list that could not be read. */
const answersSettings = ({ application, verifiedDomains }: Checked, { settings }: SyncRun): boolean =>
  application?.id === applicationIn(settings) && (verifiedDomains.length > 0 || !hasDomainRule(settings));

/**
 * Whether the run may begin: the tenant is the pinned one, its domains are those a person confirmed (S2-09…11), and the
 * two permissions it cannot do without are granted. What else is missing reduces the scope.
 */
export async function checkTenant(
  graph: GraphReader,
  { run, state, now }: { run: SyncRun; state: SyncState; now: number },
): Promise<CheckOutcome> {
  const permissions = await graph.permissions();
  if (permissions.kind === 'fault') return permissions;
  const lost = lostPermissions(permissions.value, state);
  if (lost !== undefined) return lost;
  const tenant = await graph.organization();
  if (tenant.kind === 'fault') return tenant;
  if (tenant.value.tenantId.toLowerCase() !== run.pinnedTenantId.toLowerCase()) {
    return refused('wrong_tenant', 'The credential belongs to another tenant than the confirmed one');
  }
  const domains = await domainsFor(run.settings, graph, permissions.value);
  if (domains.kind !== 'read') return domains;
  const hash = await confirmationHash(run.pinnedTenantId, domains.value);
  if (run.confirmedHash === '')
    return refused('confirmation_required', 'Tenant and domains are not confirmed yet');
  if (hash !== run.confirmedHash) {
    return refused('domains_changed', permissions.value.domains ? changedDomains : unreadableDomains);
  }
  const assigned = await assignedPrincipals(graph, run, state);
  if (assigned.kind !== 'read') return assigned;
  return {
    kind: 'checked',
    checked: {
      at: now,
      tenantId: run.pinnedTenantId,
      confirmedHash: run.confirmedHash,
      verifiedDomains: verifiedOf(domains.value),
      hiddenMembers: permissions.value.hiddenMembers,
      ...(permissions.value.hiddenUnknown === true ? { hiddenUnknown: true } : {}),
      ...assigned.value,
    },
  };
}

/** What a person confirms before the first run and again when it changed: the tenant and its domains with their state. */
export async function confirmationHash(tenantId: string, domains: readonly TenantDomain[]): Promise<string> {
  const lines = domains.map(({ name, isVerified }) => `${name.toLowerCase()} ${isVerified}`).sort();
  return await textHash([tenantId.toLowerCase(), ...lines].join('\n'));
}

const changedDomains = 'The domains of the tenant are not the confirmed ones any more';
const unreadableDomains =
  'The domains of the tenant cannot be read any more, which Domain.Read.All is for: grant it, or confirm the tenant without them';

/** Domains that cannot be read are none that a person confirms. To a rule about them they are unknown, and no run begins. */
async function domainsFor(
  settings: NestedSettings,
  graph: GraphReader,
  permissions: Permissions,
): Promise<GraphAnswer<readonly TenantDomain[]> | Refused> {
  if (!hasDomainRule(settings)) return permissions.domains ? await graph.domains() : noDomains;
  if (!permissions.domains) return refused('permission_missing', domainsNeeded);
  const answer = await graph.domains();
  if (answer.kind === 'read')
    return verifiedOf(answer.value).length > 0 ? answer : refused('permission_missing', domainsNeeded);
  const { kind, detail } = answer.fault;
  if (kind !== 'forbidden' && kind !== 'not-found') return answer;
  return { kind: 'fault', fault: { kind: 'forbidden', detail: `${domainsNeeded}: ${detail}` } };
}

const domainsNeeded =
  'Domain.Read.All is required, as the settings have a rule about domains (verifiedDomainsOnly or domains) and Graph shows no verified one';

const verifiedOf = (domains: readonly TenantDomain[]): string[] =>
  domains.flatMap(({ name, isVerified }) => (isVerified ? [name.toLowerCase()] : []));

const noDomains: GraphAnswer<readonly TenantDomain[]> = {
  kind: 'read',
  value: [],
  calls: 0,
  resourceUnits: 0,
};
