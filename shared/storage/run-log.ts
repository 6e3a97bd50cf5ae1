import { z } from 'zod';
import {
  begunAt,
  logLevels,
  type RunHistory,
  type RunLogQuery,
  RunView,
  runView,
} from '../admin/run-history.ts';
import type { DirectoryId, RunId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { RunLogEntry } from '../sync/run-log.ts';
import type { RowChange } from './batch.ts';
import { keyText } from './key-text.ts';
import type { FoundRow, Rows } from './registry-rows.ts';
import { inverted } from './request-log-rows.ts';
import { externalPrefix, externalUsersOf, externalUsersOver } from './run-external-users.ts';

/**
 * Runs and their logs over table `runs`, or over memory. Partition = directory; `r|time counted down|run` the run's row,
 * `l|run|key` its entries, `e|run|user` external users it found. Written again under the same keys, so that a repeated step adds nothing.
 */
export function runLogOver(rows: Rows, now: () => number): RunHistory {
  return {
    async write(directory, run, entries) {
      // The last word on a key counts, as it would in two writes.
      const changes = [...new Map(entries.map((entry) => [entry.key, entry])).values()].map((entry) =>
        entryChange(run, entry),
      );
      for (let start = 0; start < changes.length; start += entriesAtOnce) {
        await upsert(rows, directory, changes.slice(start, start + entriesAtOnce));
      }
    },

    keepPlan: (directory, run, plan) => keepPlan(rows, { directory, run }, plan),

    externalUsers: externalUsersOver(rows),
    externalUsersOf: (directory, run, page) => externalUsersOf(rows, { directory, run }, page),

    async saveRun(run) {
      const savedAt = now();
      const row = { schema: 1, savedAt: String(savedAt), json: JSON.stringify(runView(run, savedAt)) };
      await upsert(rows, run.directory, [{ action: 'upsert', rowKey: runKey(run.id), row }]);
    },

    async runs(directory, { after, limit }) {
      const keys = { from: runPrefix, after: after && `${runPrefix}${after}`, to: runEnd, limit: limit + 1 };
      const found = await rows.range(directory, keys);
      const shown = found.slice(0, limit);
      const last = shown.at(-1)?.rowKey.slice(runPrefix.length);
      return {
        items: shown.map(parseRun),
        ...(found.length > limit && last !== undefined ? { next: last } : {}),
      };
    },

    async run(directory, run) {
      const found = await rows.row(directory, runKey(run));
      return found && parseRun(found);
    },

    entries: (directory, run, query) => entriesOf(rows, { directory, run }, query),

    async entry(directory, run, key) {
      const found = await rows.row(directory, entryPrefix(run) + keyText(key));
      return found && parseEntry(found);
    },

    async removeRuns(directory, before, active) {
      // Times are counted down, so older runs come behind.
      const from = `${runPrefix}${inverted(before - 1)}`;
      const old = await rows.range(directory, { from, to: runEnd, limit: removedRunsMax });
      const kept = old.length === 0 ? undefined : await active?.();
      for (const found of old) {
        const run = parseRun(found).view.id;
        if (run === kept) continue;
        if (!(await removeLeft(rows, { directory, run }))) return false;
        await remove(rows, directory, [found]);
      }
      return old.length < removedRunsMax;
    },
  };
}

interface OfRun {
  readonly directory: DirectoryId;
  readonly run: RunId;
}

/** A page may hold fewer than `limit` and not be the last: no more than so many rows are looked at for one. */
async function entriesOf(rows: Rows, { directory, run }: OfRun, query: RunLogQuery) {
  const prefix = entryPrefix(run);
  const items: RunLogEntry[] = [];
  let after = query.after === undefined ? undefined : prefix + query.after;
  for (let seen = 0; seen < scannedMax; seen += scannedAtOnce) {
    const page = await rows.range(directory, {
      from: prefix,
      after,
      to: endOf(prefix),
      limit: scannedAtOnce,
    });
    const wanted = query.limit - items.length;
    const hits = page
      .map((found) => ({ rowKey: found.rowKey, entry: parseEntry(found) }))
      .filter(({ entry }) => matches(entry, query));
    items.push(...hits.slice(0, wanted).map(({ entry }) => entry));
    const last = hits[wanted - 1];
    if (last !== undefined) return { items, next: last.rowKey.slice(prefix.length) };
    if (page.length < scannedAtOnce) return { items };
    after = page.at(-1)?.rowKey;
  }
  return { items, ...(after === undefined ? {} : { next: after.slice(prefix.length) }) };
}

const matches = (
  entry: RunLogEntry,
  { level = 'debug', object, plan = entry.plan }: Omit<RunLogQuery, 'limit'>,
): boolean =>
  logLevels.indexOf(entry.level) >= logLevels.indexOf(level) &&
  (object === undefined || entry.object?.id === object) &&
  (entry.plan === undefined || entry.plan === plan);

/** Entries of a plan that was decided again are true of nothing. */
async function keepPlan(rows: Rows, { directory, run }: OfRun, plan: string): Promise<void> {
  const prefix = entryPrefix(run);
  for (let after: string | undefined; ; ) {
    const page = await rows.range(directory, {
      from: prefix,
      after,
      to: endOf(prefix),
      limit: entriesAtOnce,
    });
    const stale = page.filter((found) => !matches(parseEntry(found), { plan }));
    await remove(rows, directory, stale);
    after = page.at(-1)?.rowKey;
    if (page.length < entriesAtOnce) return;
  }
}

async function removeLeft(rows: Rows, { directory, run }: OfRun): Promise<boolean> {
  for (const prefix of [entryPrefix(run), externalPrefix(run)]) {
    if (!(await removeEntries(rows, directory, prefix))) return false;
  }
  return true;
}

/** Removes a page's worth of what a run left; false while there may be more. */
async function removeEntries(rows: Rows, directory: DirectoryId, prefix: string): Promise<boolean> {
  for (let page = 0; page < removedPagesMax; page++) {
    const found = await rows.range(directory, { from: prefix, to: endOf(prefix), limit: entriesAtOnce });
    await remove(rows, directory, found);
    if (found.length < entriesAtOnce) return true;
  }
  return false;
}

async function remove(rows: Rows, directory: DirectoryId, found: readonly FoundRow[]): Promise<void> {
  const changes = found.map(({ rowKey }): RowChange => ({ action: 'delete', rowKey }));
  const proof = changes[0]?.rowKey;
  if (proof !== undefined) await rows.transact({ partitionKey: directory, changes, proof });
}

async function upsert(rows: Rows, directory: DirectoryId, changes: readonly RowChange[]): Promise<void> {
  const outcome = await rows.transact({ partitionKey: directory, changes, proof: changes[0]?.rowKey ?? '' });
  if (outcome.kind === 'refused') throw new Error(`the run log refused ${outcome.change.rowKey}`);
}

const runPrefix = 'r|';
const runEnd = 'r}';
const runKey = (run: RunId) => `${runPrefix}${inverted(begunAt(run))}|${run}`;
const entryPrefix = (run: RunId) => `l|${run}|`;
const endOf = (prefix: string) => `${prefix.slice(0, -1)}}`;

const entryChange = (run: RunId, entry: RunLogEntry): RowChange => ({
  action: 'upsert',
  rowKey: entryPrefix(run) + keyText(entry.key),
  row: { schema: 1, json: JSON.stringify({ ...entry, message: entry.message.slice(0, messageUnitsMax) }) },
});

const Row = z.object({ schema: z.literal(1), json: z.string() });
const RunRowSchema = Row.extend({ savedAt: z.string() });

function parseRun(found: FoundRow) {
  const { json, savedAt } = RunRowSchema.parse(found.row);
  return { view: RunView.parse(JSON.parse(json)), savedAt: Number(savedAt) };
}

const parseEntry = (found: FoundRow): RunLogEntry => Entry.parse(JSON.parse(Row.parse(found.row).json));

const Entry = z.object({
  key: z.string(),
  at: z.string(),
  level: z.enum(logLevels),
  code: z.string(),
  message: z.string(),
  object: z.object({ kind: z.enum(['user', 'group']), id: z.string() }).exactOptional(),
  plan: z.string().exactOptional(),
  counts: z.record(z.string(), z.number()).exactOptional(),
});

const entriesAtOnce = limits.transactionRowsMax;
const messageUnitsMax = 4000;
const scannedAtOnce = 500;
const scannedMax = 10_000;
const removedRunsMax = 20;
const removedPagesMax = 50;
