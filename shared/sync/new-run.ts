import type { DirectoryId, RunId } from '../model/ids.ts';
import { auditDue } from './audit-choice.ts';
import { newTrail } from './endless-round.ts';
import { selectFingerprint } from './graph-port.ts';
import { isListed, newListing } from './listing.ts';
import type { StreamCursor, SyncRun } from './run-records.ts';
import type { NestedSettings } from './settings.ts';
import type { SyncState } from './sync-state.ts';
import type { TenantSize } from './tenant-size.ts';

export interface RunOrder {
  readonly id: RunId;
  readonly directory: DirectoryId;
  readonly mode: SyncRun['mode'];
  readonly trigger: SyncRun['trigger'];
  readonly settings: NestedSettings;
  readonly settingsVersion: number;
  readonly debugUntil?: string;
  readonly pinnedTenantId: string;
  readonly confirmedHash: string;
  readonly tenantSize?: TenantSize;
  /** RFC 3339. */
  readonly startedAt: string;
  /** Has Graph count in this run, also when it is not time for it. */
  readonly auditNow?: boolean;
  /** Reads all users and groups from the beginning. */
  readonly full?: boolean;
  /** Which tenant is read, and as which application. */
  readonly readAs?: string;
}

/** A run that has done nothing yet; it reads on from the last committed tokens, or everything where there are none. */
export function newRun({ auditNow, full, ...order }: RunOrder, state: SyncState): SyncRun {
  const tokens = full === true ? undefined : goodTokens(order, state);
  const { unsettled } = state;
  const due = auditDue({ ...order, auditNow }, state);
  return {
    ...order,
    ...(unsettled === 'restored' ? { halfLimits: true } : {}),
    ...(unsettled !== undefined && order.mode === 'sync' ? { settling: true } : {}),
    ...knownObjects(order, state),
    status: 'running',
    phase: 'check',
    step: 0,
    users: newStream(state.enumerateUsers === true ? undefined : tokens && usersFrom(state, tokens.users)),
    groups: newStream(state.enumerateGroups === true ? undefined : tokens?.groups),
    ...(tokens === undefined && isListed(order.settings, state) ? { listing: newListing } : {}),
    ...(due === undefined ? {} : { auditDue: due }),
    resyncs: 0,
    rereads: [],
    rereadsDone: 0,
    reread: { pages: 0 },
    rereadPages: {},
    applied: 0,
    attempts: 0,
    ...(state.throttledUntil === undefined ? {} : { waits: { until: state.throttledUntil, asked: true } }),
    graphCalls: 0,
    resourceUnits: 0,
    warnings: 0,
    cancelRequested: false,
  };
}

/** Those of another application, or of other fields, Graph would refuse, or misunderstand. */
function goodTokens({ readAs }: Pick<RunOrder, 'readAs'>, { tokens }: SyncState): SyncState['tokens'] {
  const isOfAnother = readAs !== undefined && tokens?.readAs !== undefined && tokens.readAs !== readAs;
  return tokens?.select === selectFingerprint && !isOfAnother ? tokens : undefined;
}

function knownObjects({ tenantSize }: Pick<RunOrder, 'tenantSize'>, { counts, liveUsers }: SyncState) {
  const { users, groups = 0 } = tenantSize ?? {};
  const confirmed = users === undefined ? [] : [users + groups];
  const read = counts === undefined ? [] : [(liveUsers ?? counts.users) + counts.groups];
  const known = [...confirmed, ...read];
  return known.length === 0 ? {} : { knownObjects: Math.max(...known) };
}

const usersFrom = ({ usersAgain, usersBefore }: SyncState, token: string): string =>
  usersAgain === true ? (usersBefore ?? token) : token;

/** A stream from a committed deltaLink, or from the beginning when there is none: then it enumerates everything. */
export const newStream = (start: string | undefined, restarts = 0): StreamCursor => ({
  ...(start === undefined ? {} : { start, next: start }),
  baseline: start === undefined,
  pages: 0,
  items: 0,
  ...newTrail,
  restarts,
});
