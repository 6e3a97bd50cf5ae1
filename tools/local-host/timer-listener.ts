import { randomUUID } from 'node:crypto';
import type { Log, RegisteredFunction } from './core-module.ts';
import type { Invoke } from './invocation.ts';
import type { Listener, ListenerParts } from './listener.ts';
import { parseSchedule, type Schedule } from './ncrontab.ts';
import type { TimerStatus, TimerStatusStore } from './timer-status.ts';

export interface TimerParts extends ListenerParts {
  readonly statuses: TimerStatusStore;
  readonly now: () => number;
}

/** Milliseconds; a longer wait is taken in steps, because a Node timer holds 31 bits. */
const waitMax = 2 ** 30;

/**
 * One timer trigger (platform rules §1.6): one call for any number of missed occurrences, with `isPastDue`; an occurrence never
 * overlaps the next, which is armed after the run; schedules below a minute are not monitored.
 */
export function timerListener(called: RegisteredFunction, triggerName: string, parts: TimerParts): Listener {
  const binding = called.bindings[triggerName] ?? {};
  const text = parts.resolve(String(binding['schedule' as keyof typeof binding] ?? ''));
  const schedule = parseSchedule(text);
  const options = { ...binding } as { runOnStartup?: boolean; useMonitor?: boolean };
  const monitored = options.useMonitor !== false && isMonitored(schedule, parts.now());
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  const status = () => (monitored ? parts.statuses.read(called.name) : undefined);
  const record = (last: string) => {
    const now = new Date(parts.now());
    const next = schedule.next(now)?.toISOString() ?? '';
    const recorded: TimerStatus = { schedule: text, last, next, lastUpdated: now.toISOString() };
    if (monitored) parts.statuses.write(called.name, recorded);
    return recorded;
  };
  const run = async (isPastDue: boolean) => {
    const before = status();
    await call({ called, triggerName, isPastDue, status: before, invoke: parts.invoke, log: parts.log });
    arm(record(new Date(parts.now()).toISOString()).next);
  };
  const begin = (isPastDue: boolean) => {
    running = run(isPastDue);
  };
  const arm = (next: string) => {
    if (stopped || next === '') return;
    const wait = Date.parse(next) - parts.now();
    timer = setTimeout(
      () => (wait > waitMax ? arm(next) : begin(false)),
      Math.max(0, Math.min(wait, waitMax)),
    );
  };
  return {
    start: async () => {
      const before = status();
      const known = before?.schedule === text ? before : undefined;
      const isPastDue = known !== undefined && parts.now() > Date.parse(known.next);
      if (options.runOnStartup === true || isPastDue) begin(isPastDue);
      else arm(known?.next ?? record(new Date(0).toISOString()).next);
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

function isMonitored(schedule: Schedule, now: number): boolean {
  const first = schedule.next(new Date(now));
  const second = first && schedule.next(first);
  return first !== undefined && second !== undefined && second.getTime() - first.getTime() >= 60_000;
}

async function call(due: {
  readonly called: RegisteredFunction;
  readonly triggerName: string;
  readonly isPastDue: boolean;
  readonly status: TimerStatus | undefined;
  readonly invoke: Invoke;
  readonly log: Log;
}): Promise<void> {
  const { status } = due;
  const input = {
    Schedule: { AdjustForDST: true },
    ScheduleStatus: status && { Last: status.last, Next: status.next, LastUpdated: status.lastUpdated },
    IsPastDue: due.isPastDue,
  };
  try {
    await due.invoke(due.called, {
      invocationId: randomUUID(),
      name: due.triggerName,
      data: { json: JSON.stringify(input) },
    });
  } catch (error) {
    due.log('error', 'Host.Timers', `${due.called.name} failed: ${String(error)}`);
  }
}
