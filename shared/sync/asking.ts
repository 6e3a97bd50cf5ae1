import type { Ask, Asking, SyncRun } from './run-records.ts';

/** Objects asked for in one run, and kept for later ones; above, all groups are read anew, which tells everything. */
const asksMax = 500;
const waitingMax = 2000;

export const askStream = ({ kind, id }: Ask) => `groups-of/${kind}/${id}`;

/** What a run asks of the objects that became live, those left over from earlier runs first. */
export function newAsking(asks: readonly Ask[]): Asking {
  const tooMany = asks.length > asksMax + waitingMax;
  return {
    of: tooMany ? [] : asks.slice(0, asksMax),
    done: 0,
    pages: 0,
    answered: {},
    waiting: tooMany ? [] : asks.slice(asksMax),
    tooMany,
  };
}

/** The object to be asked for now, and the link of the page. */
export function askAtHand({ asking }: SyncRun): { readonly ask: Ask; readonly link?: string } | undefined {
  const ask = asking?.of[asking.done];
  if (asking === undefined || ask === undefined) return undefined;
  return { ask, ...(asking.next === undefined ? {} : { link: asking.next }) };
}

export function answerRead(run: SyncRun, next: string | undefined): SyncRun {
  const { asking } = run;
  const ask = askAtHand(run)?.ask;
  if (asking === undefined || ask === undefined) return run;
  const pages = asking.pages + 1;
  if (next !== undefined) return { ...run, asking: { ...asking, next, pages } };
  return {
    ...run,
    asking: nextAsk({ ...asking, answered: { ...asking.answered, [askStream(ask)]: pages } }),
  };
}

/** Graph gave no answer: nothing is concluded from it, and the next run asks again unless the object is not there. */
export function askSkipped(run: SyncRun, why: 'not-found' | 'unanswered'): SyncRun {
  const { asking } = run;
  const ask = askAtHand(run)?.ask;
  if (asking === undefined || ask === undefined) return run;
  const waiting = why === 'not-found' ? asking.waiting : [...asking.waiting, ask];
  return { ...run, asking: nextAsk({ ...asking, waiting }) };
}

/** The credential may not ask: it is no use to go on with this, in this run or the next. */
export function askingForbidden(run: SyncRun): SyncRun {
  const { asking } = run;
  if (asking === undefined) return run;
  return { ...run, asking: { ...nextAsk(asking), done: asking.of.length, waiting: [] } };
}

function nextAsk({ next: _, ...asking }: Asking): Asking {
  return { ...asking, done: asking.done + 1, pages: 0 };
}
