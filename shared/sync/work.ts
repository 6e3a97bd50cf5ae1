import type { Taken } from './counted-graph.ts';
import type { GatheredStore } from './gathered-store.ts';
import type { Fence, NestedWrite } from './nested-store.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { RoundReader } from './round-reader.ts';
import type { SyncEvent } from './run-events.ts';
import type { SyncRun } from './run-records.ts';
import type { SyncPorts } from './sync-ports.ts';
import type { SyncState } from './sync-state.ts';

/** What one message works with. */
export interface Work {
  readonly ports: SyncPorts;
  /** The store of `ports`, which holds back writes until their transaction is full. */
  readonly store: GatheredStore;
  /** Of the round that is decided, the same for the whole of a message. */
  readonly reader: (run: SyncRun) => RoundReader;
  readonly fence: Fence;
  readonly state: SyncState;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly ahead: ReadAhead;
  /** The run with what it has cost of storage by now. */
  readonly counted: (run: SyncRun) => SyncRun;
}

/** What a command led to: an event for the machine, and writes that belong into the same commit as its decision. */
export interface Done {
  readonly event: SyncEvent;
  readonly writes: readonly NestedWrite[];
}

export const spent = (run: SyncRun, { calls, resourceUnits }: Taken): SyncRun => ({
  ...run,
  graphCalls: run.graphCalls + calls,
  resourceUnits: run.resourceUnits + resourceUnits,
});

/** A run with the round trips to storage that its message has made since this was asked last. */
export function storageCount({ storageOperations }: Pick<SyncPorts, 'storageOperations'>) {
  let counted = 0;
  return (run: SyncRun): SyncRun => {
    if (storageOperations === undefined) return run;
    const made = storageOperations();
    const more = made - counted;
    counted = made;
    return { ...run, storageOperations: (run.storageOperations ?? 0) + more };
  };
}
