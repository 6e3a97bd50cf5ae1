/**
 * NCRONTAB: `{second} {minute} {hour} {day} {month} {day of week}`, five fields without the seconds, or a `hh:mm:ss`
 * interval. Day of month AND day of week must fit. UTC (platform rules §1.6).
 */
export interface Schedule {
  /** The first occurrence after `after`; undefined when none comes within four years. */
  readonly next: (after: Date) => Date | undefined;
}

export function parseSchedule(expression: string): Schedule {
  const interval = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})$/.exec(expression.trim());
  if (interval) {
    const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = interval;
    const milliseconds =
      1000 * (Number(seconds) + 60 * (Number(minutes) + 60 * (Number(hours) + 24 * Number(days))));
    if (milliseconds === 0) throw new Error(`schedule "${expression}" has no length`);
    return { next: (after) => new Date(after.getTime() + milliseconds) };
  }
  const texts = expression.trim().split(/\s+/);
  const six = texts.length === 5 ? ['0', ...texts] : texts;
  if (six.length !== 6)
    throw new Error(`schedule "${expression}" has ${texts.length} fields, not six or five`);
  const [seconds, minutes, hours, days, months, weekdays] = six.map((text, index) =>
    parseField(text, fields[index]),
  );
  if (!(seconds && minutes && hours && days && months && weekdays))
    throw new Error(`schedule "${expression}"`);
  return { next: (after) => nextOccurrence({ seconds, minutes, hours, days, months, weekdays }, after) };
}

interface Field {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const fields: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  {
    min: 1,
    max: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

function parseField(text: string, field: Field | undefined): ReadonlySet<number> {
  if (field === undefined) throw new Error('too many fields');
  return new Set(text.split(',').flatMap((part) => parsePart(part, field)));
}

function parsePart(part: string, field: Field): number[] {
  const [, range = '', step = '1'] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
  const [from, to] = boundsOf(range, { field, open: part.includes('/') });
  if (
    from === undefined ||
    to === undefined ||
    from < field.min ||
    to > field.max ||
    from > to ||
    step === '0'
  ) {
    throw new Error(`"${part}" is not a value from ${field.min} to ${field.max}`);
  }
  return Array.from(
    { length: Math.floor((to - from) / Number(step)) + 1 },
    (_, index) => from + index * Number(step),
  );
}

function boundsOf(range: string, { field, open }: { readonly field: Field; readonly open: boolean }) {
  if (range === '*') return [field.min, field.max];
  const [from, to] = range.split('-').map((text) => numberOf(text, field));
  return [from, to ?? (open ? field.max : from)];
}

function numberOf(text: string, field: Field): number | undefined {
  const named = field.names?.indexOf(text.toLowerCase().slice(0, 3)) ?? -1;
  if (named >= 0) return named + field.min;
  if (!/^\d+$/.test(text)) return undefined;
  return field.names?.length === 7 && text === '7' ? 0 : Number(text);
}

type Times = Readonly<
  Record<'seconds' | 'minutes' | 'hours' | 'days' | 'months' | 'weekdays', ReadonlySet<number>>
>;

const daysAheadMax = 4 * 366;

function nextOccurrence(times: Times, after: Date): Date | undefined {
  const from = new Date(Math.floor(after.getTime() / 1000) * 1000 + 1000);
  const midnight = Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate());
  for (let ahead = 0; ahead <= daysAheadMax; ahead += 1) {
    const day = new Date(midnight + ahead * 86_400_000);
    const fits =
      times.months.has(day.getUTCMonth() + 1) &&
      times.days.has(day.getUTCDate()) &&
      times.weekdays.has(day.getUTCDay());
    const second = fits
      ? firstSecond(times, ahead === 0 ? (from.getTime() - midnight) / 1000 : 0)
      : undefined;
    if (second !== undefined) return new Date(day.getTime() + second * 1000);
  }
  return undefined;
}

/** First fitting second of a day that is not before `from`. */
function firstSecond({ hours, minutes, seconds }: Times, from: number): number | undefined {
  for (const hour of ascending(hours)) {
    if (hour * 3600 + 3599 < from) continue;
    for (const minute of ascending(minutes)) {
      const start = hour * 3600 + minute * 60;
      if (start + 59 < from) continue;
      const second = ascending(seconds).find((value) => start + value >= from);
      if (second !== undefined) return start + second;
    }
  }
  return undefined;
}

const ascending = (values: ReadonlySet<number>) => [...values].sort((a, b) => a - b);
