import type { DirectoryId } from '../model/ids.ts';
import type { Randomness } from '../model/new-ids.ts';
import type { ScimSettings } from '../scim/exchange.ts';
import { IdClock } from './id-clock.ts';
import { ListPositions } from './list-positions.ts';
import { ObjectCounts } from './object-counts.ts';
import { ObjectQueues } from './object-queues.ts';

/** What a directory needs from outside beside its store. */
export interface DirectoryContext extends Randomness {
  readonly directory: DirectoryId;
  /** The directory's settings, once its caller is known; rejects when the caller is refused. Writes wait for it. */
  readonly settings: () => Promise<ScimSettings>;
  /** Marks the directory as nesting; awaited before a group first becomes a member of a group. */
  readonly onNesting: () => Promise<void>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly memory: DirectoryMemory;
}

/** What a process remembers between requests. Answers are right without any of it. */
export interface DirectoryMemory {
  readonly positions: ListPositions;
  readonly counts: ObjectCounts;
  readonly queues: ObjectQueues;
  readonly ids: IdClock;
}

/** One for the whole process. */
export const directoryMemory = (): DirectoryMemory => ({
  positions: new ListPositions(),
  counts: new ObjectCounts(),
  queues: new ObjectQueues(),
  ids: new IdClock(),
});

export const timestamp = (context: DirectoryContext) => new Date(context.now()).toISOString();
