import type { DirectoryRecord, OrganizationRecord, Page, PageOf } from '../shared/admin/registry.ts';
import type { Wiring } from './wiring.ts';

/** What tending needs of the wiring. */
export type Tended = Pick<Wiring, 'registry' | 'directories' | 'requestLog' | 'idempotency' | 'now'>;

/** A write that is under way is left to its writer for so long. */
const interruptedAfterMilliseconds = 60_000;
const pageSize = 100;
const dayMilliseconds = 24 * 60 * 60_000;

/** Bounded by what is there to do; each part may be repeated and raced by another instance. */
export async function tend(wiring: Tended): Promise<{ readonly completed: number }> {
  const { registry, idempotency, now } = wiring;
  let completed = await registry.completeInterrupted('all');
  for await (const { id } of every<OrganizationRecord>((page) => registry.organizations(page))) {
    completed += await registry.completeInterrupted(id);
    for await (const directory of every<DirectoryRecord>((page) => registry.directories(id, page))) {
      completed += await tendDirectory(wiring, directory);
    }
    for (const directory of await registry.deletedDirectories(id)) await erase(wiring, directory);
  }
  await idempotency.removeLapsed(now());
  return { completed };
}

async function tendDirectory(
  { directories, requestLog, now }: Tended,
  directory: DirectoryRecord,
): Promise<number> {
  const completed = await directories.completeInterrupted(directory.id, now() - interruptedAfterMilliseconds);
  await requestLog.removeRequests(directory.id, now() - directory.settings.requestLogDays * dayMilliseconds);
  return completed;
}

/** A directory that was deleted goes by pages; what is left when the time is up goes the next minute. */
async function erase(
  { directories, requestLog, registry, now }: Tended,
  directory: DirectoryRecord,
): Promise<void> {
  const stopAt = now() + eraseMilliseconds;
  while (!(await directories.deleteDirectory(directory.id))) if (now() > stopAt) return;
  while (!(await requestLog.removeRequests(directory.id, now()))) if (now() > stopAt) return;
  await requestLog.removeTraffic(directory.id);
  await registry.forgetDirectory(directory);
}

const eraseMilliseconds = 30_000;

async function* every<T>(read: (page: PageOf) => Promise<Page<T>>): AsyncGenerator<T> {
  let after: string | undefined;
  do {
    const page = await read({ after, limit: pageSize });
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}
