import type { InvocationContext } from '@azure/functions';
import { isLogged } from './log-level.ts';
import type { Settings } from './settings.ts';

/**
 * A log line is one JSON object with an `event`, which alerts and the runbook search for. It names directories, runs and keys by
 * id and never people: that is for `debug` alone (T14).
 */
export type LogFields = Readonly<Record<string, unknown>>;
export type LogLevel = Settings['LOG_LEVEL'];

export const logLine = (event: string, fields: LogFields = {}): string =>
  JSON.stringify({ event, ...fields });

/** Writes a line about a function call, unless the setting LOG_LEVEL keeps it back. */
export function writeLine(
  context: InvocationContext,
  level: LogLevel,
  { event, ...fields }: LogFields & { readonly event: string },
): void {
  if (!isLogged(level)) return;
  const line = logLine(event, { ...callOf(context), ...fields });
  for (const listener of listeners) listener(level, line);
  writers[level](context, line);
}

/** Which call of which function, and the trace it belongs to. */
export const callOf = (context: InvocationContext) => ({
  function: context.functionName,
  invocationId: context.invocationId,
  traceId: traceIdOf(context),
});

/** The trace of the caller's `traceparent` (W3C Trace Context), which the host hands on. */
export const traceIdOf = (context: InvocationContext): string | undefined =>
  context.traceContext?.traceParent?.split('-')[1];

const writers: Readonly<Record<LogLevel, (context: InvocationContext, line: string) => void>> = {
  error: (context, line) => context.error(line),
  warning: (context, line) => context.warn(line),
  information: (context, line) => context.info(line),
  debug: (context, line) => context.debug(line),
};

/** Also told of every line that is written: what sends them elsewhere. */
export function onLine(listener: (level: LogLevel, line: string) => void): void {
  listeners.add(listener);
}

const listeners = new Set<(level: LogLevel, line: string) => void>();
