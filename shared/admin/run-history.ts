import { z } from 'zod';
import type { DirectoryId, RunId } from '../model/ids.ts';
import { RunId as RunIdSchema } from '../model/ids.ts';
import { unitsOf } from '../sync/apply-round.ts';
import type { ExternalUser, RunLog, RunLogEntry } from '../sync/run-log.ts';
import { Phase, Plan, RunStatus, type SyncRun } from '../sync/run-records.ts';
import type { Page, PageOf } from './registry.ts';

/** Progress of one stream of pages. */
const StreamProgress = z.object({
  pages: z.int(),
  items: z.int().meta({
    description:
      'Objects as Graph told them: a large group comes in several slices, and is told once more with its list.',
  }),
  total: z.int().optional().meta({
    description:
      'Of a reading of everything: objects of the tenant when it was confirmed, as Graph counted them.',
  }),
  /** Everything is read, not only what changed. */
  baseline: z.boolean(),
  complete: z.boolean(),
});

/** A run as people see it: small, whatever the size of the tenant. */
export const RunView = z.object({
  id: RunIdSchema,
  mode: z.enum(['sync', 'dry-run']),
  trigger: z.enum(['timer', 'manual']),
  status: RunStatus,
  phase: Phase,
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  waitsUntil: z
    .string()
    .optional()
    .meta({ description: 'It does nothing before, mostly because Graph asked it to wait.' }),
  waitsFor: z
    .object({ code: z.string(), detail: z.string() })
    .optional()
    .meta({ description: 'What Graph did not answer, in the words of `failure`: the run asks again.' }),
  settingsVersion: z.int(),
  progress: z.object({
    users: StreamProgress,
    groups: StreamProgress,
    /** Groups whose members are read by list. */
    lists: z.object({ done: z.int(), total: z.int() }),
    applied: z.object({ done: z.int(), total: z.int() }),
  }),
  graphCalls: z.int(),
  resourceUnits: z.number(),
  storageOperations: z.int().optional().meta({
    description: 'Round trips to Table Storage, transactions and reads, the last few not among them.',
  }),
  warnings: z.int(),
  plan: Plan.pick({ hash: true, counts: true, exceeded: true })
    .extend({
      thresholds: z
        .array(z.string())
        .optional()
        .meta({ description: 'Of each sentence of `exceeded` its kind: stable words for programs.' }),
      applied: z
        .boolean()
        .optional()
        .meta({
          description:
            'The run carries it out, or has. False while it may still be stopped, and for ever of a dry run and of a run that was rejected, ' +
            'cancelled or failed.',
        }),
    })
    .optional(),
  audit: z
    .object({
      compared: z.int(),
      differing: z.int(),
      unanswered: z.int(),
      rereads: z.int().meta({ description: 'Groups whose members the next run reads by list.' }),
    })
    .optional()
    .meta({
      description:
        'Groups whose direct members Graph counted in this run, to be compared with what is stored.',
    }),
  stuck: z
    .object({ since: z.string(), code: z.string(), detail: z.string() })
    .optional()
    .meta({
      description:
        'It applies its plan, and its steps fail again and again at the same place. It goes on by itself when the cause is removed; where ' +
        'that cannot be, `:abandon` ends it.',
    }),
  approval: z.object({ by: z.string(), at: z.string() }).optional(),
  failure: z.object({ code: z.string(), detail: z.string() }).optional(),
});
export type RunView = z.infer<typeof RunView>;

/** A run's row: what people see, and when it was last written (milliseconds since 1970). */
export interface RunRow {
  readonly view: RunView;
  readonly savedAt: number;
}

export const logLevels = ['debug', 'info', 'warning', 'error'] as const;

export interface RunLogQuery {
  /** Entries of this level and above. */
  readonly level?: RunLogEntry['level'] | undefined;
  /** Entries about this user or group only. */
  readonly object?: string | undefined;
  /** Of entries of plans those of this one; all when it is left out. */
  readonly plan?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Runs of nested directories for people, newest first, and their logs in the order of the run. */
export interface RunHistory extends RunLog {
  runs(directory: DirectoryId, page: PageOf): Promise<Page<RunRow>>;
  run(directory: DirectoryId, run: RunId): Promise<RunRow | undefined>;
  entries(directory: DirectoryId, run: RunId, query: RunLogQuery): Promise<Page<RunLogEntry>>;
  entry(directory: DirectoryId, run: RunId, key: string): Promise<RunLogEntry | undefined>;
  /** External users that a dry run found, by id; undefined unless it listed all of them. */
  externalUsersOf(directory: DirectoryId, run: RunId, page: PageOf): Promise<Page<ExternalUser> | undefined>;
  /**
   * Removes runs that began before `before` (milliseconds) with their logs, by pages; false while some are left. Asked when there are any,
   * `active` names one that has not ended and stays: somebody may have to decide about it.
   */
  removeRuns(
    directory: DirectoryId,
    before: number,
    active?: () => Promise<RunId | undefined>,
  ): Promise<boolean>;
}

const stuckIn = ({ stuck }: SyncRun) => (stuck === undefined ? {} : { stuck });

/** `savedAt` stands in for the end of a run that ended without saying when. */
export function runView(run: SyncRun, savedAt: number): RunView {
  const { plan, approval, failure, waits } = run;
  const ended = !isUnfinished(run);
  const finishedAt = run.finishedAt ?? (ended ? new Date(savedAt).toISOString() : undefined);
  return {
    ...{ id: run.id, mode: run.mode, trigger: run.trigger, status: run.status, phase: run.phase },
    startedAt: run.startedAt,
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(!ended && waits !== undefined && waits.until > savedAt ? waitsView(waits) : {}),
    settingsVersion: run.settingsVersion,
    progress: {
      users: progressOf(run.users, run.tenantSize?.users),
      groups: progressOf(run.groups, run.tenantSize?.groups),
      lists: { done: run.rereadsDone, total: run.rereads.length },
      applied: { done: run.applied, total: plan === undefined ? 0 : unitsOf(run) },
    },
    ...{ graphCalls: run.graphCalls, resourceUnits: run.resourceUnits, warnings: run.warnings },
    ...(run.storageOperations === undefined ? {} : { storageOperations: run.storageOperations }),
    ...(plan === undefined ? {} : { plan: { ...planView(plan), applied: isApplied(run) } }),
    ...(run.audit === undefined ? {} : { audit: auditView(run.audit) }),
    ...(approval === undefined ? {} : { approval }),
    ...(ended ? {} : stuckIn(run)),
    ...(failure === undefined ? {} : { failure }),
  };
}

export const isUnfinished = ({ status }: Pick<RunView, 'status'>): boolean =>
  status === 'running' || status === 'awaiting-approval';

/** From its apply phase on a run only goes forward. */
export const isApplied = ({ phase }: Pick<SyncRun, 'phase'>): boolean =>
  phase === 'apply' || phase === 'cleanup' || phase === 'done';

const planView = ({ hash, counts, exceeded, thresholds }: Plan) => ({
  ...{ hash, counts, exceeded: [...exceeded] },
  ...(thresholds === undefined ? {} : { thresholds: [...thresholds] }),
});

const waitsView = ({ until, why }: NonNullable<SyncRun['waits']>) => ({
  waitsUntil: new Date(until).toISOString(),
  ...(why === undefined ? {} : { waitsFor: why }),
});

const auditView = ({ compared, differing, unanswered, rereads }: NonNullable<SyncRun['audit']>) => ({
  ...{ compared, differing, unanswered },
  rereads: rereads.length,
});

const progressOf = ({ pages, items, baseline, delta }: SyncRun['users'], total?: number) => ({
  ...{ pages, items, baseline },
  ...(baseline && total !== undefined ? { total } : {}),
  complete: delta !== undefined,
});

/** When a run began, milliseconds since 1970: its id begins with the time. */
export const begunAt = (run: RunId): number => Number.parseInt(run.slice(4, 16), 16);
