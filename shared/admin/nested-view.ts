import { applicationIn } from '../sync/assigned-principals.ts';
import { emptyScopeText } from '../sync/empty-scope.ts';
import type { DirectoryCounts, SyncState } from '../sync/sync-state.ts';
import { type GraphSecret, secretHints, secretView } from './graph-secret.ts';
import { isOffered } from './nested-offer.ts';
import type { AdminPorts } from './ports.ts';
import type { NestedDirectoryRecord } from './registry.ts';
import { begunAt, type RunView } from './run-history.ts';

export interface RunFacts {
  readonly state: SyncState;
  /** The active run, or else the last one. */
  readonly run: RunView | undefined;
  readonly secret: GraphSecret | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface NestedFacts extends RunFacts {
  /** The organization has nested directories turned on. */
  readonly isOffered: boolean;
}

export async function nestedFacts(
  record: NestedDirectoryRecord,
  { nested, registry }: Pick<AdminPorts, 'nested' | 'registry'>,
  now: number,
): Promise<NestedFacts> {
  const { organizationId } = record;
  const [facts, offered] = await Promise.all([
    runFacts(record, nested, now),
    isOffered(organizationId, registry),
  ]);
  return { ...facts, isOffered: offered };
}

export async function runFacts(
  { id, connection }: NestedDirectoryRecord,
  { store, history, secret }: AdminPorts['nested'],
  now: number,
): Promise<RunFacts> {
  const state = await store.state(id);
  const latest = state.activeRun ?? state.lastRun;
  const row = latest === undefined ? undefined : await history.run(id, latest);
  return { state, run: row?.view, secret: secret(connection.credential), now };
}

/** A `nested` directory as it is shown. Counts are of the last completed run, never of one in progress (XA-14). */
export function nestedView(record: NestedDirectoryRecord, facts: NestedFacts) {
  const { id, organizationId, kind, name, created, lastModified } = record;
  const { connection, acknowledged, consented, confirmation, settings, settingsVersion } = record;
  const { state, run, secret, now } = facts;
  const due = facts.isOffered ? nextDueAt(record, state) : undefined;
  return {
    ...{ id, organizationId, kind, name, state: stateOf(record, facts), created, lastModified },
    connection,
    ...(secret === undefined ? {} : { secret: secretView(secret, now) }),
    ...(acknowledged === undefined ? {} : { acknowledged }),
    ...(consented === undefined ? {} : { consented: { at: consented.at } }),
    ...(confirmation === undefined ? {} : { confirmation }),
    ...{ settings, settingsVersion },
    ...(isDebugged(record, now) ? { debug: record.debug } : {}),
    runs: {
      ...(state.activeRun === undefined ? {} : { active: state.activeRun }),
      ...(run === undefined ? {} : { last: lastRun(run) }),
      ...(state.lastCompletedRun === undefined
        ? {}
        : {
            lastCompleted: {
              id: state.lastCompletedRun,
              at: state.lastCompletedAt ?? run?.startedAt ?? created,
            },
          }),
      ...(due === undefined ? {} : { nextDueAt: new Date(Math.max(due, facts.now)).toISOString() }),
    },
    counts: state.counts ?? noCounts,
    hints: hintsOf(record, facts),
  };
}

/**
 * When the next run is due, milliseconds since 1970: an interval after the last one began, whatever became of it, and the first an
 * interval after the confirmation, so that whoever confirmed can look at a dry run; dry runs put off nothing. Undefined when none begins by itself. A run's id tells when it began, so that no row has to be written for it.
 */
export function nextDueAt(record: NestedDirectoryRecord, state: SyncState): number | undefined {
  const { intervalMinutes } = record.settings;
  const mayRun =
    record.state === 'active' && record.confirmation !== undefined && record.acknowledged !== undefined;
  if (!mayRun || intervalMinutes === 0) return undefined;
  const { lastSync } = state;
  const since = lastSync === undefined ? Date.parse(record.confirmation?.at ?? '') : begunAt(lastSync);
  return since + intervalMinutes * 60_000;
}

function stateOf(record: NestedDirectoryRecord, facts: NestedFacts) {
  const { state, run } = facts;
  if (record.state === 'paused') return 'disabled' as const;
  if (state.activeRun !== undefined && run?.id === state.activeRun) {
    return run.status === 'awaiting-approval' ? ('awaiting_approval' as const) : ('in_progress' as const);
  }
  if (!facts.isOffered) return 'disabled' as const;
  if (record.confirmation === undefined || needsConfirmation(record, run))
    return 'awaiting_confirmation' as const;
  if (isQuarantined(facts)) return 'quarantined' as const;
  if (record.settings.intervalMinutes === 0) return 'disabled' as const;
  return isStale(record, facts) ? ('stale' as const) : ('enabled' as const);
}

const isDebugged = ({ debug }: NestedDirectoryRecord, now: number): boolean =>
  debug !== undefined && Date.parse(debug.until) > now;

/** The domains were changed since somebody confirmed them, and nobody has looked again. */
const needsConfirmation = ({ confirmation }: NestedDirectoryRecord, run: RunView | undefined): boolean =>
  run?.failure?.code === 'domains_changed' && (confirmation?.at ?? '') < run.startedAt;

/** The last run failed for a reason that every next one meets too, until a person removes it (XA-12, S2-19, T09). */
export const isQuarantined = ({ run }: Pick<RunFacts, 'run'>): boolean =>
  run?.failure !== undefined && lastingFailures.has(run.failure.code);

const lastingFailures: ReadonlySet<string> = new Set([
  'consent_revoked',
  'credential_missing',
  'credential_rejected',
  'permission_missing',
  'scope_empty',
  'scope_not_found',
  'wrong_tenant',
]);

/** No run was completed for three intervals, and at least an hour. */
export function isStale(
  { settings, confirmation }: NestedDirectoryRecord,
  { state, now }: RunFacts,
): boolean {
  const since = state.lastCompletedAt ?? confirmation?.at;
  const patience = Math.max(3 * settings.intervalMinutes, 60) * 60_000;
  return since !== undefined && now - Date.parse(since) > patience;
}

function hintsOf(record: NestedDirectoryRecord, facts: NestedFacts) {
  const { run, state } = facts;
  const awaits = stateOf(record, facts);
  const hints = {
    preview_off:
      !facts.isOffered &&
      'Nested directories are turned off for this organization: nothing is read and no run begins.',
    limitations_not_acknowledged:
      record.acknowledged === undefined && 'Read docs/nested-directories.md and acknowledge the limitations.',
    confirmation_required:
      record.confirmation === undefined &&
      'Look at the preview and confirm tenant and domains; no run begins before.',
    domains_changed:
      record.confirmation !== undefined &&
      needsConfirmation(record, run) &&
      'The domains of the tenant changed: look at the preview and confirm them again.',
    awaiting_approval:
      awaits === 'awaiting_approval' &&
      'A run would remove more than the safeguard allows: approve or reject its plan.',
    waits_for_graph: waitsForGraph(facts),
    last_run_failed:
      run?.failure !== undefined &&
      `The last run failed: ${run.failure.code}. ${run.failure.detail}`.slice(0, 400),
    run_stuck: stuckRun(facts),
    unsettled: state.unsettled !== undefined && unsettledText[state.unsettled],
    reduced_scope: reducedScope(record, facts) ?? false,
    scope_empty: emptyScope(record, facts) ?? false,
    stale: awaits === 'stale' && 'No run was completed for a long time.',
    ...secretHints(facts.secret, facts.now),
  };
  return Object.entries(hints).flatMap(([code, text]) =>
    text === false ? [] : [{ code: code as keyof typeof hints, text }],
  );
}

function stuckRun({ state, run }: RunFacts): string | false {
  if (run?.stuck === undefined || run.id !== state.activeRun) return false;
  const { since, detail } = run.stuck;
  return `The run cannot go on with what it applies, since ${since}; an administrator can end it. ${detail}`.slice(
    0,
    400,
  );
}

const unsettledText = {
  abandoned:
    'A run was ended half-way: until the next one is completed, memberships may be those of before or of after it.',
  restored:
    'This was restored from an export, in which memberships may be those of several moments: the next completed run makes them right.',
};

function reducedScope({ confirmation }: NestedDirectoryRecord, { state }: RunFacts): string | undefined {
  const sentences = [
    ...(state.asksForbiddenAt === undefined ? [] : [unansweredAsks(state.asks?.length ?? 0)]),
    // Every tenant has a verified domain.
    ...(confirmation?.domains.length === 0 ? [unreadDomains] : []),
  ];
  return sentences.length === 0 ? undefined : sentences.join(' ');
}

const unansweredAsks = (objects: number) =>
  `Graph refuses to tell the groups of ${objects} restored objects: what they were in before they were deleted is not known. Grant GroupMember.Read.All and User.Read.All again.`;

const unreadDomains =
  'The tenant was confirmed without its domains, which could not be read: new ones stop no run, and with a rule about domains no run can begin. Grant Domain.Read.All, look at the preview and confirm again.';

/** Of the last completed run, if its scope was the one of today. */
function emptyScope({ settings }: NestedDirectoryRecord, { state }: RunFacts): string | undefined {
  const application = state.checked?.application;
  const isToday = application !== undefined && application.id === applicationIn(settings);
  return isToday ? emptyScopeText(application) : undefined;
}

function waitsForGraph({ run, now }: RunFacts): string | false {
  const { waitsFor, waitsUntil } = run ?? {};
  if (waitsFor === undefined || waitsUntil === undefined || now >= Date.parse(waitsUntil)) return false;
  const { code, detail } = waitsFor;
  return `The run waits until ${waitsUntil} and asks Graph again by itself: ${code}. ${detail}`.slice(0, 400);
}

const lastRun = ({ id, status, startedAt, failure }: RunView) => ({
  ...{ id, status, startedAt },
  ...(failure === undefined ? {} : { failure: failure.code }),
});

const noCounts: DirectoryCounts = { users: 0, groups: 0, memberships: 0, domains: 0 };
