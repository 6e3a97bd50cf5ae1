import type { GroupId } from '../model/ids.ts';
import { rowOf } from '../nesting/adjacency.ts';
import type { RunAudit } from './audit-records.ts';
import type { Difference } from './counted-otherwise.ts';
import type { DeriveSources } from './derive-sources.ts';
import type { GraphFault } from './graph-port.ts';
import { groupIdOf, numberOf } from './round-ids.ts';
import type { RunLogEntry } from './run-log.ts';
import type { SyncRun } from './run-records.ts';
import type { TenantDifference, TenantVerdict } from './tenant-counts.ts';

interface Audited {
  readonly differing: readonly Difference[];
  readonly made: RunAudit;
  readonly tenant: TenantVerdict;
  readonly fault: GraphFault | undefined;
}

/** What Graph counted otherwise, and what follows from it. */
export function auditLog(
  { startedAt: at }: Pick<SyncRun, 'startedAt'>,
  { differing, made, tenant, fault }: Audited,
): readonly RunLogEntry[] {
  const confirmed = new Set<string>(made.rereads);
  return [
    ...tenant.first.map((difference) => tenantEntry(at, difference, false)),
    ...tenant.confirmed.map((difference) => tenantEntry(at, difference, true)),
    ...differing
      .slice(0, loggedMax)
      .map((difference) => groupEntry(at, difference, confirmed.has(difference.group.id))),
    ...(fault === undefined && made.unanswered === 0 ? [] : [unanswered(at, made, fault)]),
  ];
}

const loggedMax = 200;

function groupEntry(at: string, difference: Difference, isAgain: boolean): RunLogEntry {
  const { group, users, groups, stored } = difference;
  const said = `Graph counts ${users ?? '?'} users and ${groups ?? '?'} groups as direct members, the directory has ${stored.users} and ${stored.groups}`;
  return {
    key: `8/count/group/${group.id}`,
    at,
    ...(isAgain
      ? {
          level: 'warning',
          code: 'count-differs-again',
          message: `${said}, for the second time: the next run reads its list of members`,
        }
      : {
          level: 'info',
          code: 'count-differs',
          message: `${said}: both are compared again before anything is done`,
        }),
    object: { kind: 'group', id: group.id },
    counts: {
      ...(users === undefined ? {} : { countedUsers: users }),
      ...(groups === undefined ? {} : { countedGroups: groups }),
      ...{ storedUsers: stored.users, storedGroups: stored.groups },
    },
  };
}

function tenantEntry(at: string, { of, counted, stored }: TenantDifference, isAgain: boolean): RunLogEntry {
  const said = `Graph counts ${counted} ${of} in the tenant, the directory knows ${stored}`;
  return {
    key: `8/count/${of}`,
    at,
    ...(isAgain
      ? {
          level: 'warning',
          code: 'tenant-count-differs-again',
          message: `${said}, for the second time: the next run reads all ${of} anew`,
        }
      : {
          level: 'info',
          code: 'tenant-count-differs',
          message: `${said}: both are compared again before anything is done`,
        }),
    counts: { counted, stored },
  };
}

const unanswered = (
  at: string,
  { unanswered: groups }: RunAudit,
  fault: GraphFault | undefined,
): RunLogEntry => ({
  ...{ key: '8/count/unanswered', at, level: 'info', code: 'counts-unanswered' },
  message: `Graph did not count the members of ${groups} groups${fault === undefined ? '' : ` (${fault.kind})`}: another run asks again`,
  counts: { groups },
});

/** What the lists said that were read because of a count. */
export function rereadLog({
  run,
  round,
  edges,
}: Pick<DeriveSources, 'run' | 'round' | 'edges'>): readonly RunLogEntry[] {
  const asked = run.rereads.filter(({ reason }) => reason === 'audit');
  if (asked.length === 0) return [];
  const changed = (group: GroupId, how: 'added' | 'removed') => {
    const row = numberOf(round.groupIds, group);
    return rowOf(edges.users.byGroup[how], row).length + rowOf(edges.nesting.byGroup[how], row).length;
  };
  const waiting = new Set(edges.rereads.map(({ group }) => groupIdOf(round.groupIds, group)));
  return asked.map(({ group }) => {
    const counts = { added: changed(group, 'added'), removed: changed(group, 'removed') };
    const rest = waiting.has(group) ? '; what it lacks is believed when the next run finds the same' : '';
    return {
      ...{ key: `3/counted/${group}`, at: run.startedAt, level: 'info', code: 'read-again-for-its-count' },
      message: `The list of members was read because Graph counts others than are stored: ${counts.added} added, ${counts.removed} removed${rest}`,
      object: { kind: 'group', id: group },
      counts,
    };
  });
}
