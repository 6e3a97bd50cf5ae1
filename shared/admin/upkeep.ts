import type { OrganizationId } from '../model/ids.ts';
import type { AdminPorts } from './ports.ts';
import type { DirectoryRecord } from './registry.ts';

export interface UpkeepReport {
  /** Rows of key checks that a process had left behind. */
  readonly completed: number;
  /** Deleted directories of which nothing is left. */
  readonly removed: number;
}

/**
 * What nobody waits for, by a timer: finishes what died half way, removes what deleted directories held and what the request log need not
 * keep. Stops at `until` (milliseconds) and goes on where it is needed the next time; may run twice at once.
 */
export async function upkeep(ports: AdminPorts, until: number): Promise<UpkeepReport> {
  const { registry, random, idempotency } = ports;
  await idempotency.removeLapsed(random.now());
  let completed = await registry.completeInterrupted('all');
  let removed = 0;
  for await (const id of organizationIds(ports)) {
    if (random.now() >= until) break;
    completed += await registry.completeInterrupted(id);
    removed += await removeDeleted(id, ports, until);
    await trimRequests(id, ports, until);
  }
  return { completed, removed };
}

async function* organizationIds({ registry }: AdminPorts): AsyncIterable<OrganizationId> {
  for (let after: string | undefined; ; ) {
    const page = await registry.organizations({ after, limit: 200 });
    yield* page.items.map(({ id }) => id);
    if (page.next === undefined) return;
    after = page.next;
  }
}

async function removeDeleted(id: OrganizationId, ports: AdminPorts, until: number): Promise<number> {
  let removed = 0;
  for (const record of await ports.registry.deletedDirectories(id)) {
    if (await removeDirectory(record, ports, until)) removed++;
  }
  return removed;
}

/** True once nothing is left. The tombstone stays for a while, so that no late writer brings a key back. */
async function removeDirectory(record: DirectoryRecord, ports: AdminPorts, until: number): Promise<boolean> {
  const { requestLog, registry, random } = ports;
  while (!(await ports.removeObjects(record.id))) if (random.now() >= until) return false;
  while (!(await requestLog.removeRequests(record.id, random.now()))) if (random.now() >= until) return false;
  if (random.now() - Date.parse(record.lastModified) < tombstoneMilliseconds) return false;
  await requestLog.removeTraffic(record.id);
  await registry.forgetDirectory(record);
  return true;
}

async function trimRequests(id: OrganizationId, ports: AdminPorts, until: number): Promise<void> {
  for (let after: string | undefined; ; ) {
    const page = await ports.registry.directories(id, { after, limit: 200 });
    for (const record of page.items) {
      const before = ports.random.now() - record.settings.requestLogDays * 86_400_000;
      while (!(await ports.requestLog.removeRequests(record.id, before)))
        if (ports.random.now() >= until) return;
    }
    if (page.next === undefined) return;
    after = page.next;
  }
}

const tombstoneMilliseconds = 10 * 60_000;
