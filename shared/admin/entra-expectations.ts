import type { LoggedRequest } from './request-log.ts';

/** When Entra is likely to begin its next cycle: an estimate from what it did before, never a promise (S3-20). */
export function nextCycle(lastReceivedAt: string | undefined, now: number) {
  if (lastReceivedAt === undefined) return undefined;
  const [earliest, latest] = cycleMinutes.map((minutes) => Date.parse(lastReceivedAt) + minutes * 60_000);
  if (earliest === undefined || latest === undefined || latest < now) return undefined;
  return { earliest: iso(earliest), latest: iso(latest) };
}

/**
 * When Entra is likely to send again what was refused (S3-22, XE-09): what it takes for a passing fault in the next cycle, anything
 * else after 6, 12 and 24 hours, then daily. Nothing for what was accepted, for reads and for what a caller without a key sent.
 */
export function likelyRetries({
  at,
  method,
  status,
}: Pick<LoggedRequest, 'at' | 'method' | 'status'>): readonly string[] | undefined {
  if (status < 400 || status === 401 || !writes.has(method)) return undefined;
  const minutes = status >= 500 || status === 429 ? [cycleMinutes[1]] : retryHours.map((hours) => hours * 60);
  return minutes.map((minute) => iso(Date.parse(at) + minute * 60_000));
}

/** Where Entra shows what it sent, when it is known which application of which tenant sends (S3-23). */
export const provisioningLogsUrl = (tenantId: string, objectId: string, appId: string): string =>
  `https://entra.microsoft.com/${tenantId}/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/ProvisioningActivity/objectId/${objectId}/appId/${appId}`;

const cycleMinutes = [20, 40] as const;
const retryHours = [6, 12, 24] as const;
const writes: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const iso = (at: number): string => new Date(at).toISOString();
