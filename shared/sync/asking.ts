import { followed, newTrail } from './endless-round.ts';
import type { PageSummary } from './run-events.ts';
import type { RunLogEntry } from './run-log.ts';
import type { Ask, Asking, SyncRun } from './run-records.ts';
import type { SyncState } from './sync-state.ts';

/** Objects asked for in one run, and kept for later ones; above, all groups are read anew, which tells everything. */
export const asksMax = 500;
const waitingMax = 2000;

export const askStream = ({ kind, id }: Ask) => `groups-of/${kind}/${id}`;

/** What a run asks of the objects that became live, those left over from earlier runs first. */
export function newAsking(asks: readonly Ask[], isForbidden = false): Asking {
  const tooMany = asks.length > asksMax + waitingMax;
  const asked = tooMany || isForbidden ? 0 : asksMax;
  return {
    of: asks.slice(0, asked),
    done: 0,
    pages: 0,
    answered: {},
    waiting: tooMany ? [] : asks.slice(asked),
    tooMany,
    ...(isForbidden ? { forbidden: 'before' as const } : {}),
  };
}

/** A refusal is asked about again after an hour, when the check is due as well: an idle cycle stays at its two calls. */
const forbiddenForMilliseconds = 60 * 60 * 1000;

export const isForbidden = ({ asksForbiddenAt }: SyncState, run: SyncRun): boolean =>
  asksForbiddenAt !== undefined && Date.parse(run.startedAt) < asksForbiddenAt + forbiddenForMilliseconds;

/** What stays of a refusal when the run is done. */
export function forbiddenAfter({ asksForbiddenAt }: SyncState, { asking, startedAt }: SyncRun) {
  const at = asking?.forbidden === 'now' ? Date.parse(startedAt) : asksForbiddenAt;
  return asking?.forbidden === undefined || at === undefined ? {} : { asksForbiddenAt: at };
}

/** No answer is not "no memberships": it is said of each object, for as long as it is not known. */
export function forbiddenLog({ asking, startedAt: at }: SyncRun): readonly RunLogEntry[] {
  const endless = (asking?.endless ?? []).map(({ kind, id }) => endlessEntry({ kind, id }, at));
  if (asking?.forbidden === undefined) return endless;
  const { waiting } = asking;
  const forbidden = waiting.slice(0, loggedMax).map(
    (object): RunLogEntry => ({
      key: `3/unasked/${object.kind}/${object.id}`,
      ...{ at, level: 'warning', code: 'memberships-not-readable' },
      message: `Graph refuses to tell the groups of this restored ${object.kind}: memberships from before it was deleted are not known`,
      object,
      counts: { waiting: waiting.length },
    }),
  );
  return [...endless, ...forbidden];
}

const endlessEntry = (object: Pick<Ask, 'kind' | 'id'>, at: string): RunLogEntry => ({
  key: `3/endless/${object.kind}/${object.id}`,
  ...{ at, level: 'warning', code: 'memberships-without-end' },
  message: `The list of groups of this restored ${object.kind} does not end: nothing is concluded from it, and the next run asks again`,
  object,
});

const loggedMax = 200;

/** The object to be asked for now, and the link of the page. */
export function askAtHand({ asking }: SyncRun): { readonly ask: Ask; readonly link?: string } | undefined {
  const ask = asking?.of[asking.done];
  if (asking === undefined || ask === undefined) return undefined;
  return { ask, ...(asking.next === undefined ? {} : { link: asking.next }) };
}

export function answerRead(run: SyncRun, page: PageSummary): SyncRun {
  const { asking } = run;
  const ask = askAtHand(run)?.ask;
  if (asking === undefined || ask === undefined) return run;
  const pages = asking.pages + page.pages;
  const { next } = page;
  const { trail, endless } = followed(asking.trail ?? newTrail, page);
  if (endless !== undefined) return askSkipped(run, 'endless');
  if (next !== undefined) return { ...run, asking: { ...asking, next, pages, trail } };
  return {
    ...run,
    asking: nextAsk({ ...asking, answered: { ...asking.answered, [askStream(ask)]: pages } }),
  };
}

/**
 * Graph gave no answer: nothing is concluded from it, and the next run asks again. A replica that lags may not know yet what was
 * restored; what none knows in several runs is left alone.
 */
export function askSkipped(run: SyncRun, why: 'not-found' | 'unanswered' | 'endless'): SyncRun {
  const { asking } = run;
  const ask = askAtHand(run)?.ask;
  if (asking === undefined || ask === undefined) return run;
  const again = why === 'not-found' ? missed(ask) : [ask];
  const endless = why === 'endless' ? { endless: [...(asking.endless ?? []), ask] } : {};
  return { ...run, asking: nextAsk({ ...asking, ...endless, waiting: [...asking.waiting, ...again] }) };
}

function missed({ misses = 0, ...ask }: Ask): readonly Ask[] {
  return misses + 1 < missesMax ? [{ ...ask, misses: misses + 1 }] : [];
}

const missesMax = 5;

/** It is no use to go on in this run, and nothing is concluded: all of it waits. `forbidden`: the credential may not ask. */
export function askingLeft(run: SyncRun, why: 'forbidden' | 'unanswered'): SyncRun {
  const { asking } = run;
  if (asking === undefined) return run;
  const waiting = [...asking.of.slice(asking.done), ...asking.waiting];
  const forbidden = why === 'forbidden' ? { forbidden: 'now' as const } : {};
  return { ...run, asking: { ...nextAsk(asking), done: asking.of.length, waiting, ...forbidden } };
}

function nextAsk({ next: _, trail: __, ...asking }: Asking): Asking {
  return { ...asking, done: asking.done + 1, pages: 0 };
}
