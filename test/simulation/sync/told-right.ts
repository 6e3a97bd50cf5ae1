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

/** Of a group above its limit leaves who is not in the directory any more; whom it still keeps is back when he counts. */
export async function checkHeld({ store }: SimulatedSync, { came, went }: Told): Promise<void> {
  const held = (await store.nesting(simulatedDirectory)).groups.filter((group) => group.held);
  if (held.length === 0) return;
  const inDirectory = new Set<string>();
  for await (const rows of store.userPages(simulatedDirectory))
    for (const { id, standing } of rows) if (standing.inScope) inDirectory.add(id);
  for (const { id } of held) {
    const kept = new Set(unpackGuids((await store.heldMembers(simulatedDirectory, id)) ?? new Uint8Array()));
    const of = (whats: readonly string[]) =>
      whats.flatMap((what) => (what.startsWith(`member ${id}`) ? [what.split(' ')[2] ?? ''] : []));
    const isRight =
      of(came).every((user) => kept.has(user)) && of(went).every((user) => !inDirectory.has(user));
    if (!isRight) throw new Error(`told of a group above its limit: ${id}`);
  }
}
