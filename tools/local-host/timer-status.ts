import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What a timer remembers over restarts (platform rules §1.6). Times are ISO 8601. */
export type TimerStatus = z.infer<typeof TimerStatus>;
const TimerStatus = z.object({
  schedule: z.string(),
  last: z.string(),
  next: z.string(),
  lastUpdated: z.string(),
});

export interface TimerStatusStore {
  readonly read: (functionName: string) => TimerStatus | undefined;
  readonly write: (functionName: string, status: TimerStatus) => void;
}

export function timerStatusInMemory(): TimerStatusStore {
  const statuses = new Map<string, TimerStatus>();
  return {
    read: (functionName) => statuses.get(functionName),
    write: (functionName, status) => {
      statuses.set(functionName, status);
    },
  };
}

/** One small file per timer; a file that cannot be read counts as none. */
export function timerStatusIn(directory: string): TimerStatusStore {
  const fileOf = (functionName: string) => join(directory, `${functionName}.json`);
  return {
    read: (functionName) => {
      try {
        return TimerStatus.parse(JSON.parse(readFileSync(fileOf(functionName), 'utf8')));
      } catch {
        return undefined;
      }
    },
    write: (functionName, status) => {
      mkdirSync(directory, { recursive: true });
      const file = fileOf(functionName);
      writeFileSync(`${file}.new`, JSON.stringify(status));
      renameSync(`${file}.new`, file);
    },
  };
}
