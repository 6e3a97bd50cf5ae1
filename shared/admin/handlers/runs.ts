import { setTimeout as pause } from 'node:timers/promises';
import type { RunId } from '../../model/ids.ts';
import { newRunId } from '../../model/new-ids.ts';
import { Refusal } from '../../model/refusal.ts';
import { abandonRun, cancelRun, decideRun, startRun } from '../../sync/run-orders.ts';
import { type Answer, type Call, type Handlers, nothingThere, noting, nowOf } from '../call.ts';
import { pageBody, positionOf } from '../cursors.ts';
import { runOrder, runTerms } from '../due-runs.ts';
import { csvHead, csvLine } from '../external-users-csv.ts';
import { mustBeOffered } from '../nested-offer.ts';
import type { NestedDirectoryRecord, Page } from '../registry.ts';
import { isApplied, isUnfinished, type RunLogQuery, type RunView, runView } from '../run-history.ts';
import { orderPorts } from '../stop-runs.ts';
import { readNested } from './directory-change.ts';

type RunHandlers = Handlers<
  | 'startRun'
  | 'listRuns'
  | 'readRun'
  | 'cancelRun'
  | 'abandonRun'
  | 'approveRun'
  | 'rejectRun'
  | 'listRunLog'
  | 'exportRunLog'
  | 'exportExternalUsers'
>;

export const runHandlers: RunHandlers = {
  async startRun(call) {
    const { ports, body } = call;
    const record = await readNested(call);
    await mustBeOffered(record.organizationId, ports.registry);
    const { confirmed, acknowledged } = mayRun(record);
    if (!acknowledged) {
      throw new Refusal('conflict', 'The limitations of nested synchronization are not acknowledged yet.', {
        reason: 'limitations_not_acknowledged',
      });
    }
    const order = runOrder(record, confirmed, {
      ...{ id: newRunId(ports.random), mode: body.mode, trigger: 'manual', startedAt: nowOf(ports) },
      ...(body.audit ? { auditNow: true } : {}),
      ...(body.full ? { full: true } : {}),
    });
    const facts = { directory: record.id, mode: body.mode, ...(body.full ? { read: 'everything' } : {}) };
    const note = (subject: RunId) =>
      noting(call, record.organizationId, ['run.started', { subject, facts }])();
    const run = await patiently(() => startRun({ ...orderPorts(ports), note }, order));
    const base = `/api/v1/orgs/${record.organizationId}/directories/${record.id}/runs`;
    return { body: runView(run, ports.random.now()), location: `${base}/${run.id}` };
  },

  async listRuns(call) {
    const { id } = await readNested(call);
    const page = { after: positionOf(call.query.cursor), limit: call.query.limit };
    const { items, next } = await call.ports.nested.history.runs(id, page);
    return {
      body: pageBody(
        items.map(({ view }) => view),
        next,
      ),
    };
  },

  async readRun(call) {
    return { body: await currentRun(call) };
  },

  async cancelRun(call) {
    const { ports } = call;
    const { id, organizationId } = await readNested(call);
    const before = await currentRun(call);
    if (!isUnfinished(before)) {
      throw new Refusal('conflict', 'The run has ended.', { reason: 'run_ended' });
    }
    const facts = { directory: id };
    const note = noting(call, organizationId, ['run.cancelled', { subject: before.id, facts }]);
    await cancelRun({ ...orderPorts(ports), note }, id, before.id);
    return { body: before };
  },

  async abandonRun(call) {
    const { ports, params, body, caller } = call;
    const { id: directory, organizationId } = await readNested(call);
    const order = { directory, run: params.runId, by: caller.actor, reason: body.reason };
    const facts = { directory, reason: body.reason };
    const note = noting(call, organizationId, ['run.abandoned', { subject: order.run, facts }]);
    const run = await patiently(() => abandonRun({ ...orderPorts(ports), note }, order));
    return { body: runView(run, ports.random.now()) };
  },

  approveRun: async (call) => await decide(call, true),
  rejectRun: async (call) => await decide(call, false),

  async listRunLog(call) {
    const { limit, cursor } = call.query;
    const { items, next } = await (await logOf(call))({ limit, after: positionOf(cursor) });
    return { body: pageBody(items, next) };
  },

  async exportRunLog(call) {
    const entries = await logOf(call);
    const read = async (after: string | undefined) => await entries({ limit: pageMax, after });
    const shown = (entry: object) => `${JSON.stringify(entry)}\n`;
    const fileName = `${call.params.runId}.ndjson`;
    return { chunks: textOf(await read(undefined), { read, shown }), fileName };
  },

  async exportExternalUsers(call) {
    const { id } = await currentRun(call);
    const { history } = call.ports.nested;
    const read = async (after: string | undefined) => {
      const page = await history.externalUsersOf(call.params.directoryId, id, { after, limit: pageMax });
      if (page !== undefined) return page;
      throw new Refusal('conflict', 'There is no such list: only a completed dry run makes one.', {
        reason: 'no_review',
      });
    };
    const terms = { read, shown: csvLine, head: csvHead };
    return { chunks: textOf(await read(undefined), terms), fileName: `external-users-${id}.csv` };
  },
};

const pageMax = 1000;

/** Pages as text, each read when the one before it was taken; the first is read already, so that its refusals are answers. */
async function* textOf<T>(
  first: Page<T>,
  terms: {
    readonly read: (after: string) => Promise<Page<T>>;
    readonly shown: (item: T) => string;
    readonly head?: string;
  },
): AsyncGenerator<string> {
  if (terms.head !== undefined) yield terms.head;
  for (let page = first; ; ) {
    if (page.items.length > 0) yield page.items.map(terms.shown).join('');
    if (page.next === undefined) return;
    page = await terms.read(page.next);
  }
}

/** The pinned tenant and what was confirmed of it. Refusals `paused` and `conflict` for a directory that may not run. */
function mayRun(record: NestedDirectoryRecord) {
  if (record.state === 'paused') throw new Refusal('paused', 'The directory is paused: resume it first.');
  const confirmed = record.confirmation;
  if (confirmed === undefined) {
    throw new Refusal('conflict', 'Look at the preview and confirm tenant and domains first.', {
      reason: 'confirmation_required',
    });
  }
  return { confirmed, acknowledged: record.acknowledged !== undefined };
}

async function decide(call: Call<'approveRun'> | Call<'rejectRun'>, approve: boolean): Promise<Answer> {
  const { ports, params, body, caller } = call;
  const record = await readNested(call);
  const { id: directory, organizationId } = record;
  if (approve) await mustBeOffered(organizationId, ports.registry);
  const of = { directory, run: params.runId, hash: body.planHash, by: caller.actor };
  const decision = { ...of, approve, terms: runTerms(record) };
  const facts = { directory, plan: body.planHash };
  const act = approve ? 'run.approved' : 'run.rejected';
  const note = noting(call, organizationId, [act, { subject: decision.run, facts }]);
  const run = await patiently(() => decideRun({ ...orderPorts(ports), note }, decision));
  return { body: runView(run, ports.random.now()) };
}

/**
 * A run as it stands: from its checkpoint while it has the directory, which is ahead of its row. What is decided counts as done only
 * when it has tidied up and the next run may begin.
 */
async function currentRun(call: OfRun): Promise<RunView> {
  const { ports, params } = call;
  const { store, history } = ports.nested;
  const { id } = await readNested(call);
  const [state, row, run] = await Promise.all([
    store.state(id),
    history.run(id, params.runId),
    store.run(id, params.runId),
  ]);
  if (state.activeRun === params.runId && run !== undefined) {
    const view = runView(run, ports.random.now());
    const { finishedAt: _, ...unfinished } = view;
    return isUnfinished(view) ? view : { ...unfinished, status: 'running' };
  }
  if (run !== undefined && (row === undefined || isUnfinished(row.view)))
    return runView(run, ports.random.now());
  if (row === undefined) throw nothingThere('run');
  return row.view;
}

/** Entries of a run by pages; what a plan says is of the plan that the run shows, with whether it was carried out. */
async function logOf(call: Call<'listRunLog'> | Call<'exportRunLog'>) {
  const { level, object } = call.query;
  const run = await currentRun(call);
  const { history } = call.ports.nested;
  const applied = isApplied(run);
  return async (page: Pick<RunLogQuery, 'limit' | 'after'>): Promise<Page<object>> => {
    const query = { level, object, plan: run.plan?.hash ?? '', ...page };
    const { items, ...rest } = await history.entries(call.params.directoryId, run.id, query);
    const shown = items.map(({ plan, ...entry }) => (plan === undefined ? entry : { ...entry, applied }));
    return { ...rest, items: shown };
  };
}

type OfRun = Call<'readRun' | 'cancelRun' | 'listRunLog' | 'exportRunLog' | 'exportExternalUsers'>;

/** A run that has just ended gives the directory back a moment later: worth a short wait. */
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let left = waitsMax; ; left--) {
    try {
      return await act();
    } catch (refused) {
      if (left === 0 || !(refused instanceof Refusal) || refused.code !== 'busy') throw refused;
      await pause(waitMilliseconds);
    }
  }
}

const waitsMax = 10;
const waitMilliseconds = 200;
