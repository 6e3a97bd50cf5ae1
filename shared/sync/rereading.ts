import type { ReadPages, Step } from './run-events.ts';
import type { SyncRun } from './run-records.ts';
import { goOn } from './step-results.ts';

/** A page of the list at hand was read. */
export function listRead(run: SyncRun, { pages: more, next }: ReadPages): Step {
  const pages = run.reread.pages + more;
  if (next !== undefined) return goOn({ ...run, reread: { next, pages } });
  return nextList(run, pages);
}

/** Undefined pages: Graph gave no complete list, and nothing is concluded from it. */
export function nextList(run: SyncRun, pages: number | undefined): Step {
  const group = run.rereads[run.rereadsDone]?.group;
  const rereadPages = pages === undefined || group === undefined ? {} : { [group]: pages };
  return goOn({
    ...run,
    rereadsDone: run.rereadsDone + 1,
    reread: { pages: 0 },
    rereadPages: { ...run.rereadPages, ...rereadPages },
  });
}
