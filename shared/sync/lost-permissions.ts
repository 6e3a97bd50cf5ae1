import type { GraphReader, Permissions } from './graph-port.ts';
import { type Refused, refused } from './run-events.ts';
import type { SyncState } from './sync-state.ts';

/** What a run cannot do without and may not read. Who could read both and may read neither has lost the consent (S2-19). */
export function lostPermissions(
  { users, groups }: Permissions,
  { lastCompletedRun }: SyncState,
): Refused | undefined {
  if (users && groups) return undefined;
  if (!users && !groups && lastCompletedRun !== undefined) return refused('consent_revoked', consentRevoked);
  const missing = [...(users ? [] : ['User.Read.All']), ...(groups ? [] : ['GroupMember.Read.All'])];
  return refused(
    'permission_missing',
    `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} required`,
  );
}

const consentRevoked =
  'Graph refuses users and groups, which earlier runs have read: the consent was taken away, or the app is gone';

/** A page was refused to a run that relies on an earlier check: whether that is for want of all consent. */
export async function lostConsent(graph: GraphReader, state: SyncState): Promise<Refused | undefined> {
  if (state.lastCompletedRun === undefined) return undefined;
  const permissions = await graph.permissions();
  const lost = permissions.kind === 'read' ? lostPermissions(permissions.value, state) : undefined;
  return lost?.code === 'consent_revoked' ? lost : undefined;
}
