import { setTimeout as pause } from 'node:timers/promises';
import { RunView } from '../../shared/admin/run-history.ts';
import { adminCall, type Service } from '../main-job/admin-calls.ts';
import type { Display } from '../main-job/display.ts';
import { activeRun } from '../main-job/nested-calls.ts';
import { textTable } from '../main-job/text-table.ts';

/**
 * Starts a run and shows it until it has ended or waits for a person (XA-18); the run that is under way is followed in place of
 * another. The exit code: 0 done, 3 waits for an approval, 1 anything else.
 */
export async function showRun(
  service: Service,
  { directory, ...body }: ShownRun,
  display: Pick<Display, 'line'>,
): Promise<number> {
  const runs = `/directories/${directory}/runs`;
  const active = await activeRun({ service, id: directory });
  const id = active ?? RunView.parse(await adminCall(service, runs, { method: 'POST', body })).id;
  display.line(active === undefined ? `Run ${id} begins.` : `Run ${id} is under way already.`);
  let shown = '';
  for (;;) {
    const run = RunView.parse(await adminCall(service, `${runs}/${id}`));
    const now = progressOf(run);
    if (now !== shown) display.line(now);
    shown = now;
    if (run.status !== 'running') return showEnd(run, display);
    await pause(pollMilliseconds);
  }
}

interface ShownRun {
  readonly directory: string;
  readonly mode: 'sync' | 'dry-run';
  /** Reads everything anew. */
  readonly full?: boolean;
}

const pollMilliseconds = 500;

/** Without a bar, as what is read is told more than once, and how much there is at all is not always known. */
function progressOf({ phase, progress, waitsUntil }: RunView): string {
  const { users, groups, applied } = progress;
  const read = `${soMany(users)} users and ${soMany(groups)} groups read`;
  const made = applied.total === 0 ? '' : `, ${applied.done} of ${applied.total} parts applied`;
  return `${phase}: ${read}${made}${waitsUntil === undefined ? '' : `, waits until ${waitsUntil}`}`;
}

const soMany = ({ items, total }: RunView['progress']['users']): string =>
  [items, ...(total === undefined || items > total ? [] : [total])]
    .map((count) => count.toLocaleString('en-US'))
    .join(' of ');

function showEnd(
  { status, plan, failure, graphCalls, storageOperations, warnings }: RunView,
  display: Pick<Display, 'line'>,
) {
  const counts = Object.entries(plan?.counts ?? {}).filter(([, count]) => count > 0);
  display.line('');
  for (const line of textTable(['changes', 'count'], counts)) display.line(line);
  const cost = `${graphCalls} Graph calls, ${storageOperations ?? 0} storage calls, ${warnings} warnings`;
  display.line(`\n${status}: ${cost}.`);
  for (const sentence of plan?.exceeded ?? []) display.line(`Held: ${sentence}.`);
  if (failure !== undefined) display.line(`${failure.code}: ${failure.detail}`);
  if (status === 'awaiting-approval') {
    display.line(`Approve it over the API with its plan's hash: ${plan?.hash}`);
    return 3;
  }
  return status === 'done' ? 0 : 1;
}
