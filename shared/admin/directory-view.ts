import { deadFrom, type StoredKey } from '../access/directory-access.ts';
import { nextCycle, provisioningLogsUrl } from './entra-expectations.ts';
import type { ScimDirectoryRecord } from './registry.ts';
import type { DirectoryTraffic } from './request-log.ts';

export interface DirectoryFacts {
  readonly traffic: DirectoryTraffic;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly publicOrigin: string;
}

export interface ObjectCounts {
  readonly users: number;
  readonly groups: number;
}

/** A `scim` directory as lists show it. */
export function directorySummary(
  record: ScimDirectoryRecord,
  { traffic, now, publicOrigin }: DirectoryFacts,
) {
  const { id, organizationId, kind, name, created, lastModified, settings } = record;
  const { keysUsed: _, ...shownTraffic } = traffic;
  const { entraTenantId } = record;
  const next = nextCycle(traffic.lastReceivedAt, now);
  const logs = provisioningLogs(record);
  return {
    provider: entraTenantId === undefined ? ('other' as const) : ('entra' as const),
    ...(entraTenantId === undefined ? {} : { tenantId: entraTenantId }),
    ...{ id, organizationId, kind, name, state: stateOf(record, traffic), created, lastModified, settings },
    scim: { baseUrl: `${publicOrigin}/scim/v2/${id}` },
    keys: record.keys.map((key) => keyView(key, traffic, now)),
    traffic: shownTraffic,
    ...(next === undefined || record.state === 'paused' ? {} : { nextCycle: next }),
    ...(logs === undefined ? {} : { links: { provisioningLogs: logs } }),
  };
}

/** A `scim` directory as it is shown alone. */
export const directoryView = (record: ScimDirectoryRecord, facts: DirectoryFacts, counts: ObjectCounts) => ({
  ...directorySummary(record, facts),
  counts,
  hints: hintsOf(record, facts, counts),
});

export function keyView(key: StoredKey, traffic: DirectoryTraffic, now: number) {
  const { id, prefix, created, expires, replacedFrom } = key;
  const left = deadFrom(key) - now;
  const lastUsed = traffic.keysUsed[id];
  return {
    ...{ id, prefix, created, expires, daysLeft: Math.max(0, Math.ceil(left / dayMilliseconds)) },
    ...(replacedFrom === undefined ? {} : { replacedFrom }),
    ...(lastUsed === undefined ? {} : { lastUsed }),
    working: left > 0,
  };
}

function stateOf(record: ScimDirectoryRecord, traffic: DirectoryTraffic) {
  if (record.state === 'paused') return 'paused';
  return traffic.receivingSince === undefined ? 'configured' : 'receiving';
}

function provisioningLogs({ entraTenantId, settings }: ScimDirectoryRecord): string | undefined {
  const tenantId = entraTenantId ?? settings.entraToken?.tenantId;
  const application = settings.entraApplication;
  if (tenantId === undefined || application === null) return undefined;
  return provisioningLogsUrl(tenantId, application.objectId, application.appId);
}

/** What the admin should look at next, most telling first. */
function hintsOf(record: ScimDirectoryRecord, { traffic, now }: DirectoryFacts, counts: ObjectCounts) {
  const { settings, keys } = record;
  const first = traffic.firstRequestAt;
  const lastDeath = Math.max(0, ...keys.map(deadFrom));
  const open = settings.entraToken !== null;
  const hints = {
    waiting_for_first_request:
      first === undefined && 'Waiting for first request: set provisioning to Automatic in Entra.',
    provisioning_off:
      first !== undefined &&
      traffic.receivingSince === undefined &&
      'The connection was tested, but nothing is received yet: start provisioning in Entra.',
    no_objects_assigned:
      first !== undefined &&
      now - Date.parse(first) > assignmentMilliseconds &&
      counts.users + counts.groups === 0 &&
      'Connected, but no users or groups are assigned to the application.',
    no_key: !open && keys.length === 0 && 'There is no SCIM key: regenerate it.',
    key_expired:
      !open && keys.length > 0 && lastDeath <= now && 'The SCIM key no longer works: regenerate it.',
    key_expires_soon:
      lastDeath > now &&
      lastDeath - now <= noticeDays * dayMilliseconds &&
      `The SCIM key stops working in ${Math.ceil((lastDeath - now) / dayMilliseconds)} days.`,
    calls_refused:
      traffic.lastRefusedAt !== undefined &&
      `Calls without a valid key: ${traffic.refusedCalls}, the last at ${traffic.lastRefusedAt}.`,
    expected_exceeded:
      settings.expectedMax !== null &&
      counts.users + counts.groups > settings.expectedMax &&
      `${counts.users + counts.groups} users and groups were received, more than the ${settings.expectedMax} expected. Set the scope in ` +
        'Entra to assigned users and groups only, and restart provisioning there.',
    large_removal: removalText(traffic, settings.requestLogDays, now),
    limit_reached:
      (counts.users >= settings.usersMax || counts.groups >= settings.groupsMax) &&
      'A limit of objects is reached: nothing more is created.',
  };
  return Object.entries(hints).flatMap(([code, text]) => (text === false ? [] : [{ code, text }]));
}

/** As long as the request log may still show the request (XE-06). */
function removalText(
  { lastLargeRemoval: last }: DirectoryFacts['traffic'],
  days: number,
  now: number,
): string | false {
  if (last === undefined || now - Date.parse(last.at) > days * dayMilliseconds) return false;
  return `A replace dropped ${last.removed} of ${last.before} members of group ${last.groupId} at ${last.at}: see the request log.`;
}

const dayMilliseconds = 86_400_000;
const assignmentMilliseconds = 60 * 60_000;
const noticeDays = 30;
