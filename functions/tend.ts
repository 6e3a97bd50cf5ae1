import { every } from '../shared/admin/every-page.ts';
import type { DirectoryRecord } from '../shared/admin/registry.ts';
import { removeTombstones } from '../shared/sync/tombstones.ts';
import type { Wiring } from './wiring.ts';

/** What tending needs of the wiring. */
export type Tended = Pick<
  Wiring,
  'registry' | 'directories' | 'requestLog' | 'idempotency' | 'nested' | 'now'
>;

/** A write that is under way is left to its writer for so long. */
const interruptedAfterMilliseconds = 60_000;
const dayMilliseconds = 24 * 60 * 60_000;

export interface Tending {
  /** Pieces of work that a process left behind and that are done now. */
  readonly completed: number;
  /** Age of the oldest change that nobody has taken from an outbox; 0 when there is none. */
  readonly outboxSeconds: number;
}

/** Bounded by what is there to do; each part may be repeated and raced by another instance. */
export async function tend(wiring: Tended): Promise<Tending> {
  const { registry, idempotency, now } = wiring;
  let completed = await registry.completeInterrupted('all');
  let oldest = now();
  for await (const { id } of every((page) => registry.organizations(page))) {
    completed += await registry.completeInterrupted(id);
    for await (const directory of every((page) => registry.directories(id, page))) {
      completed += await tendDirectory(wiring, directory);
      oldest = Math.min(oldest, (await oldestChange(wiring, directory)) ?? oldest);
    }
    for (const directory of await registry.deletedDirectories(id)) await erase(wiring, directory);
  }
  await idempotency.removeLapsed(now());
  await wiring.nested.consents.removeLapsed(now());
  return { completed, outboxSeconds: Math.round(Math.max(0, now() - oldest) / 1000) };
}

async function tendDirectory(
  { directories, requestLog, nested, now }: Tended,
  directory: DirectoryRecord,
): Promise<number> {
  if (directory.kind === 'nested') {
    await nested.history.removeRuns(directory.id, now() - directory.settings.runLogDays * dayMilliseconds);
    await removeTombstones({ store: nested.store, now, holder: nested.holder() }, directory.id);
    return 0;
  }
  const completed = await directories.completeInterrupted(directory.id, now() - interruptedAfterMilliseconds);
  await requestLog.removeRequests(directory.id, now() - directory.settings.requestLogDays * dayMilliseconds);
  return completed;
}

/** When the first entry of its outbox was written: entries are in the order of time, and a consumer removes what it has taken. */
async function oldestChange(
  { directories, nested }: Tended,
  { id, kind }: DirectoryRecord,
): Promise<number | undefined> {
  const [first] = await (kind === 'nested' ? nested.store : directories).outbox(id, { limit: 1 });
  return first && Date.parse(first.at);
}

/** A directory that was deleted goes by pages; what is left when the time is up goes the next minute. */
async function erase(
  { directories, requestLog, registry, nested, now }: Tended,
  directory: DirectoryRecord,
): Promise<void> {
  const stopAt = now() + eraseMilliseconds;
  if (!(await eraseRuns({ nested, now }, directory, stopAt))) return;
  while (!(await directories.deleteDirectory(directory.id))) if (now() > stopAt) return;
  while (!(await requestLog.removeRequests(directory.id, now()))) if (now() > stopAt) return;
  await requestLog.removeTraffic(directory.id);
  await registry.forgetDirectory(directory);
}

/** False when a step of a run has the directory, or the time is up. */
async function eraseRuns(
  { nested, now }: Pick<Tended, 'nested' | 'now'>,
  { id, kind }: DirectoryRecord,
  stopAt: number,
): Promise<boolean> {
  if (kind !== 'nested') return true;
  // A step that is under way writes under its lease: with the lease taken, what it writes fails.
  const lease = { holder: `erase ${id}`, now: now(), seconds: leaseSeconds };
  if ((await nested.store.acquire(id, lease)) === undefined) return false;
  while (!(await nested.history.removeRuns(id, now() + dayMilliseconds))) if (now() > stopAt) return false;
  return true;
}

const eraseMilliseconds = 30_000;
const leaseSeconds = 120;
