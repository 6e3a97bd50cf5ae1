import { unpackGuids } from '../../../shared/nesting/guid.ts';
import type { PlanCounts, SyncRun } from '../../../shared/sync/run-records.ts';
import type { Told } from '../../support/sync/outbox-consumer.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';

export const countOf = (whats: readonly string[], kind: string) =>
  whats.filter((what) => what.startsWith(`${kind} `)).length;

/** What the run publishes is what it told. */
export function checkCounts({ plan }: SyncRun, { came, went }: Told, deactivated: number): void {
  const told = {
    usersCreated: countOf(came, 'user'),
    usersRemoved: countOf(went, 'user'),
    usersDeactivated: deactivated,
    groupsCreated: countOf(came, 'group'),
    groupsRemoved: countOf(went, 'group'),
    membershipsAdded: countOf(came, 'member'),
    membershipsRemoved: countOf(went, 'member'),
  };
  for (const [name, count] of Object.entries(told)) {
    const published = plan?.counts[name as keyof PlanCounts];
    if (published !== count) throw new Error(`${name}: told ${count}, published ${published}`);
  }
}

/** Of a group above its limit leaves who does not count any more, and is back when he does. */
export async function checkHeld({ store }: SimulatedSync, { came, went }: Told): Promise<void> {
  const { groups } = await store.nesting(simulatedDirectory);
  for (const { id } of groups.filter(({ held }) => held)) {
    const kept = new Set(unpackGuids((await store.heldMembers(simulatedDirectory, id)) ?? new Uint8Array()));
    const counting = new Set<string>();
    for await (const page of store.countingUsers(simulatedDirectory))
      for (const user of unpackGuids(page)) counting.add(user);
    const of = (whats: readonly string[]) =>
      whats.flatMap((what) => (what.startsWith(`member ${id}`) ? [what.split(' ')[2] ?? ''] : []));
    const isRight = of(came).every((user) => kept.has(user)) && of(went).every((user) => !counting.has(user));
    if (!isRight) throw new Error(`told of a group above its limit: ${id}`);
  }
}
