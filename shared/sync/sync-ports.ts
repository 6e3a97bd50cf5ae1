import { z } from 'zod';
import { DirectoryId, RunId } from '../model/ids.ts';
import type { Gathering } from './gathered-writes.ts';
import type { GraphReader } from './graph-port.ts';
import type { NestedDirectoryStore } from './nested-store.ts';
import type { RunLog } from './run-log.ts';
import type { SyncRun } from './run-records.ts';

/** All that a step of a run needs from outside. */
export interface SyncPorts {
  readonly graph: GraphReader;
  readonly store: NestedDirectoryStore;
  readonly log: RunLog;
  readonly queue: SyncQueue;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Names this process and message to the lease; new for each. */
  readonly holder: string;
  /** A step begins nothing new after this many seconds: far below what the host allows. */
  readonly softSeconds: number;
  /** Calls `beat` every so many seconds until what it returns is called; absent where a lease outlives every step. */
  readonly heartbeat?: (seconds: number, beat: () => Promise<void>) => () => void;
  /** Hears of what a step throws before it is thrown on, and of the run as it stood then; throws nothing itself. */
  readonly failed?: (run: SyncRun, thrown: unknown) => Promise<void>;
  /** Full transactions unless it is said otherwise. */
  readonly gathering?: Gathering;
  /** Groups that a run reads by list: `listsAtOnce` unless it is said otherwise. */
  readonly listsMax?: number;
  /** Bytes in use, bytes taken for it, and the most there may be, when the settings ask for memory entries. */
  readonly memory?: () => {
    readonly usedBytes: number;
    readonly totalBytes: number;
    readonly limitBytes: number;
  };
  /** Round trips to storage that this message has made by now; absent where nobody counts them. */
  readonly storageOperations?: () => number;
}

/** A wake-up for a run: at least once, in any order. The same message sent twice is harmless. */
export interface SyncQueue {
  send(message: SyncMessage, delaySeconds: number): Promise<void>;
}

export const SyncMessage = z.object({
  directory: DirectoryId,
  run: RunId,
  step: z.int().min(0),
});
export type SyncMessage = z.infer<typeof SyncMessage>;
