import { RunId } from '../model/ids.ts';

/** Clocks of two instances differ by less; a last run from further ahead was begun by a clock that was wrong. */
const skewMilliseconds = 60 * 60 * 1000;

/**
 * The id of a run that begins after `last`. What runs tell is read in the order of their ids, which begin with the time: one that another
 * instance orders, whose clock is behind, comes after it nevertheless (F7).
 */
export function idAfter(last: RunId | undefined, id: RunId): RunId {
  if (last === undefined || id > last) return id;
  const time = timeOf(last) + 1;
  if (time - timeOf(id) > skewMilliseconds) return id;
  return RunId.parse(`run_${time.toString(16).padStart(timeDigits, '0')}${id.slice(timeEnd)}`);
}

const timeBegin = 'run_'.length;
const timeDigits = 12;
const timeEnd = timeBegin + timeDigits;

const timeOf = (run: RunId): number => Number.parseInt(run.slice(timeBegin, timeEnd), 16);
