import { followed, newTrail } from './endless-round.ts';
import type { PageSummary, Step } from './run-events.ts';
import type { SyncRun } from './run-records.ts';
import { failed, goOn } from './step-results.ts';

/** A page of the list at hand was read. */
export function listRead(run: SyncRun, page: PageSummary): Step {
  const pages = run.reread.pages + page.pages;
  const { trail, endless } = followed(run.reread.trail ?? newTrail, page);
  if (endless !== undefined) return failed(run, 'endless_round', `${listAtHand(run)}: ${endless}`);
  if (page.next !== undefined)
    return goOn({ ...run, reread: { ...run.reread, next: page.next, pages, trail } });
  return nextList(run, pages);
}

const listAtHand = ({ rereads, rereadsDone }: SyncRun) => `members of group ${rereads[rereadsDone]?.group}`;

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

/** Nor of the lists behind it when it is one of several in a row: then it is lists that Graph does not answer. */
export function listUnanswered(run: SyncRun): Step {
  const { rereads, rereadsDone, rereadPages } = run;
  const last = rereads.slice(Math.max(0, rereadsDone + 1 - unansweredMax), rereadsDone);
  const isOneOfMany =
    last.length === unansweredMax - 1 && last.every(({ group }) => rereadPages[group] === undefined);
  return nextList(isOneOfMany ? { ...run, rereadsDone: rereads.length - 1 } : run, undefined);
}

const unansweredMax = 3;
