import { z } from 'zod';
import { RunId } from '../../model/ids.ts';
import { logLevels, RunView } from '../run-history.ts';
import { directoryParams } from './directory-params.ts';
import { listQuery, type Operation, pageOf } from './operation.ts';

const runs = '/api/v1/orgs/{organizationId}/directories/{directoryId}/runs';
const inDirectory = { tag: 'Runs', reach: 'organization', params: directoryParams } as const;
const runParams = directoryParams.extend({
  runId: RunId.meta({ description: 'Id of the run.', example: 'run_019ab0c1d2e3f4a5b6c7d8e9f0a1b2c3' }),
});
const ofRun = { ...inDirectory, params: runParams } as const;

const Run = RunView.meta({ id: 'Run' });

const RunDraft = z
  .strictObject({
    mode: z.enum(['sync', 'dry-run']).default('sync'),
    audit: z.boolean().default(false).meta({
      description:
        'Has Graph count when the changes are applied, though it is not time for it: up to 1,000 groups. Not in a dry run.',
    }),
    full: z
      .boolean()
      .default(false)
      .meta({
        description:
          'Reads all users and groups from the beginning, instead of what changed since the last run. What it does not find is removed when ' +
          'all is read, through the same safeguard, and what was wrongly said to be deleted for good is back.',
      }),
  })
  .meta({ id: 'RunDraft' });

const LogEntry = z
  .object({
    key: z.string(),
    at: z.string(),
    level: z.enum(logLevels),
    code: z.string().meta({ description: 'Stable word for programs.' }),
    message: z.string(),
    object: z.object({ kind: z.enum(['user', 'group']), id: z.string() }).optional(),
    counts: z.record(z.string(), z.number()).optional(),
    applied: z.boolean().optional().meta({
      description:
        'Of what the plan of the run says: `plan.applied` of the run. Absent of what happened in any case.',
    }),
  })
  .meta({ id: 'RunLogEntry' });

const logFilter = {
  level: z.enum(logLevels).optional().meta({ description: 'Entries of this level and above.' }),
  object: z.string().max(100).optional().meta({ description: 'Entries about this user or group.' }),
};

const decision = z
  .strictObject({
    planHash: z.string().min(1).max(200).meta({ description: '`plan.hash` of the run as you saw it.' }),
  })
  .meta({ id: 'PlanDecision' });

const Abandonment = z
  .strictObject({
    reason: z.string().trim().min(1).max(500).meta({
      description: 'Why nothing else helps; kept in the audit log and in the failure of the run.',
      example: 'A journal part cannot be read since the restore of the account.',
    }),
  })
  .meta({ id: 'Abandonment' });

export const runOperations = {
  startRun: {
    ...{ method: 'POST', path: runs, ...inDirectory, role: 'operator' },
    summary: 'Synchronize now, or find out what a synchronization would change',
    description:
      'A `dry-run` reads and plans as a run does and writes nothing to the directory. 409 `confirmation_required` before tenant and ' +
      'domains are confirmed, `run_in_progress` with the running run’s id while there is one.',
    body: RunDraft,
    status: 202,
    answer: Run,
  },
  listRuns: {
    ...{ method: 'GET', path: runs, ...inDirectory, role: 'reader' },
    summary: 'List runs, newest first',
    query: z.object(listQuery),
    status: 200,
    answer: pageOf(Run, 'RunPage'),
  },
  readRun: {
    ...{ method: 'GET', path: `${runs}/{runId}`, ...ofRun, role: 'reader' },
    summary: 'Read a run: phase, progress, plan and failure',
    status: 200,
    answer: Run,
  },
  cancelRun: {
    ...{ method: 'POST', path: `${runs}/{runId}:cancel`, ...ofRun, role: 'operator' },
    summary: 'Stop a run at its next checkpoint',
    description: 'What it decided to apply is applied to the end; before that, nothing of it is.',
    status: 202,
    answer: Run,
  },
  abandonRun: {
    ...{ method: 'POST', path: `${runs}/{runId}:abandon`, ...ofRun, role: 'admin' },
    summary: 'End a run that is stuck in the middle of what it applies',
    description:
      'The way out when its cause cannot be removed. What it has made true stays, the rest is not made true. The next run first makes ' +
      'what is stored fit together, then reads everything anew, through the same safeguard; until it is completed, memberships may be those ' +
      'of before or of after the run that was ended. 409 `run_not_stuck` unless the run shows `stuck`.',
    body: Abandonment,
    status: 202,
    answer: Run,
  },
  approveRun: {
    ...{ method: 'POST', path: `${runs}/{runId}:approve`, ...ofRun, role: 'operator' },
    summary: 'Apply a plan that passed a threshold',
    conditional: true,
    description:
      'The tenant is read once more first: the run waits again, with another hash, when it would do what the plan did not show. 409 ' +
      '`settings_changed` when scope, rules about users, limits or safeguard are others than the run began with, `confirmation_changed` when ' +
      'tenant and domains were confirmed anew since, `connection_changed` when the connection signs in as another application: cancel the run, and ' +
      'the next one plans with those of today. 409 `not_awaiting_approval` when it waits ' +
      'no more, 412 `plan_changed` for the hash of another plan.',
    body: decision,
    status: 202,
    answer: Run,
  },
  rejectRun: {
    ...{ method: 'POST', path: `${runs}/{runId}:reject`, ...ofRun, role: 'operator' },
    summary: 'Drop a plan that passed a threshold',
    conditional: true,
    description:
      'The same plan is refused again without asking. 409 `not_awaiting_approval` when the run waits no more, 412 `plan_changed` for the ' +
      'hash of another plan.',
    body: decision,
    status: 202,
    answer: Run,
  },
  listRunLog: {
    ...{ method: 'GET', path: `${runs}/{runId}/log`, ...ofRun, role: 'reader' },
    summary: 'The log of a run in its order',
    description:
      'A page may be short and not the last. What a plan says is of the plan that the run shows: of one that was shown before, and ' +
      'decided again when it was approved, nothing is left.',
    query: z.object({ ...listQuery, ...logFilter }),
    status: 200,
    answer: pageOf(LogEntry, 'RunLogPage'),
  },
  exportRunLog: {
    ...{ method: 'GET', path: `${runs}/{runId}/log:export`, ...ofRun, role: 'reader' },
    summary: 'The log of a run as lines of JSON',
    query: z.object(logFilter),
    status: 200,
    answer: LogEntry,
    streamed: 'application/x-ndjson',
  },
  exportExternalUsers: {
    ...{ method: 'GET', path: `${runs}/{runId}/external-users:export`, ...ofRun, role: 'reader' },
    summary: 'External users that a dry run would synchronize, as CSV',
    description:
      'Guests and members of other tenants who would be in the directory: columns mail, id, active and groups, whose names are ' +
      'separated by ` | `. Text that a spreadsheet might take for a formula begins with an apostrophe. 409 `no_review` for runs that are no ' +
      'completed dry run.',
    status: 200,
    answer: z.string().meta({ example: 'mail,id,active,groups' }),
    streamed: 'text/csv',
  },
} as const satisfies Record<string, Operation>;
