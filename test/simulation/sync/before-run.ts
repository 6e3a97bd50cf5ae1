import type { StoredNesting } from '../../../shared/sync/nested-store.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';

/** What a consumer was told, and what was stored, when a run began. */
export interface BeforeRun {
  readonly pairs: ReadonlySet<string>;
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly active: ReadonlySet<string>;
  readonly nesting: StoredNesting;
  readonly isFirst: boolean;
}

export async function beforeRun(sync: SimulatedSync): Promise<BeforeRun> {
  const { consumer, store } = sync;
  const { lastCompletedRun } = await store.state(simulatedDirectory);
  return {
    pairs: new Set(consumer.copy),
    users: new Set(consumer.users),
    groups: new Set(consumer.groups),
    active: await activeUsers(sync),
    nesting: await store.nesting(simulatedDirectory),
    isFirst: lastCompletedRun === undefined,
  };
}

async function activeUsers({ store }: SimulatedSync): Promise<ReadonlySet<string>> {
  const active = new Set<string>();
  for await (const rows of store.userPages(simulatedDirectory))
    for (const { id, attributes, standing } of rows)
      if (standing.inScope && attributes['active'] === true) active.add(id);
  return active;
}

/** Users who are there and are active no more. */
export async function deactivatedSince(sync: SimulatedSync, before: BeforeRun): Promise<number> {
  const active = await activeUsers(sync);
  return [...before.active].filter((user) => !active.has(user) && sync.consumer.users.has(user)).length;
}
