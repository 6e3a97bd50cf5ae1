import type { Settings } from './settings.ts';

type LogLevel = Settings['LOG_LEVEL'];

const ranks: Readonly<Record<LogLevel, number>> = { error: 0, warning: 1, information: 2, debug: 3 };

let least: LogLevel = 'information';

/** Set once, when the app starts. */
export function writeLogsFrom(level: LogLevel): void {
  least = level;
}

/** Whether lines of this level are written. */
export const isLogged = (level: LogLevel): boolean => ranks[level] <= ranks[least];
