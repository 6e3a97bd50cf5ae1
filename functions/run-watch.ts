import type { InvocationContext } from '@azure/functions';
import { eachNested, type Failure } from '../shared/admin/apart.ts';
import { isOffered } from '../shared/admin/nested-offer.ts';
import { isQuarantined, isStale, type RunFacts, runFacts } from '../shared/admin/nested-view.ts';
import type { NestedDirectoryRecord } from '../shared/admin/registry.ts';
import { writeLine } from './log-line.ts';
import { metrics } from './metrics.ts';
import type { Wiring } from './wiring.ts';

/**
 * Every minute: how old runs are and how long their messages have been waiting, as gauges, and a line for each directory that is
 * late or whose run waits for a person. The line comes again each minute, so that an alert ends by itself when its cause does.
 * Returns what failed.
 */
export async function watchRuns(wiring: Watched, context: InvocationContext): Promise<readonly Failure[]> {
  const seen = { active: 0, held: 0, late: 0, ageSecondsMax: 0, quietSecondsMax: 0 };
  const failures = await eachNested(
    wiring.registry,
    async (record) => await watch(wiring, record, { context, seen }),
  );
  if (seen.active + seen.late === 0) return failures;
  metrics.gauge('runs.active', seen.active);
  metrics.gauge('runs.held', seen.held);
  metrics.gauge('runs.late', seen.late);
  metrics.gauge('runs.age.seconds', seen.ageSecondsMax);
  metrics.gauge('queue.age.seconds', seen.quietSecondsMax);
  return failures;
}

type Watched = Pick<Wiring, 'registry' | 'nested' | 'now'>;

interface Watching {
  readonly context: InvocationContext;
  readonly seen: {
    active: number;
    held: number;
    late: number;
    ageSecondsMax: number;
    quietSecondsMax: number;
  };
}

async function watch(
  { nested, registry, now }: Watched,
  record: NestedDirectoryRecord,
  { context, seen }: Watching,
): Promise<void> {
  const facts = await runFacts(record, nested, now());
  const runId = facts.state.activeRun;
  const at = { directoryId: record.id, ...(runId === undefined ? {} : { runId }) };
  const isHeld = runId !== undefined && facts.run?.status === 'awaiting-approval';
  if (runId !== undefined && facts.run !== undefined) {
    seen.active++;
    seen.ageSecondsMax = Math.max(seen.ageSecondsMax, secondsSince(Date.parse(facts.run.startedAt), facts));
    const saved = (await nested.history.run(record.id, runId))?.savedAt ?? facts.now;
    if (!isHeld) seen.quietSecondsMax = Math.max(seen.quietSecondsMax, secondsSince(saved, facts));
  }
  if (isHeld) {
    seen.held++;
    writeLine(context, 'warning', { event: 'safeguard-held', ...at, exceeded: facts.run?.plan?.exceeded });
  } else if (isLate(record, facts) && (await isOffered(record.organizationId, registry))) {
    seen.late++;
    const { lastCompletedAt } = facts.state;
    const failure = facts.run?.failure?.code;
    const waitsFor = facts.run?.waitsFor?.code;
    writeLine(context, 'warning', { event: 'sync-late', ...at, lastCompletedAt, failure, waitsFor });
  }
}

/** Directories that sync by themselves and are not paused; those that wait for a person need not be late to be told of. */
const isLate = (record: NestedDirectoryRecord, facts: RunFacts): boolean =>
  record.state === 'active' &&
  record.settings.intervalMinutes > 0 &&
  (isStale(record, facts) || isQuarantined(facts));

const secondsSince = (at: number, { now }: RunFacts): number => Math.max(0, Math.round((now - at) / 1000));
