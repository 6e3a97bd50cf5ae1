import type { AdminScope } from '../shared/access/admin-access.ts';
import { apart, type Failure, failuresOf } from '../shared/admin/apart.ts';
import { every } from '../shared/admin/every-page.ts';
import type { DirectoryRecord } from '../shared/admin/registry.ts';
import type { OrganizationId } from '../shared/model/ids.ts';
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
  /** What could not be looked after; absent when there is nothing of it. */
  readonly failures?: readonly Failure[];
}

/** Bounded by what is there to do; each part may be repeated and raced by another instance, and stops none of the others. */
export async function tend(wiring: Tended): Promise<Tending> {
  const { registry, idempotency, nested, now } = wiring;
  const seen: Seen = { completed: 0, oldest: now(), failures: [] };
  const { failures } = seen;
  await apart(failures, {}, () => complete(wiring, 'all', seen));
  for await (const organizationId of every((page) => registry.organizationIds(page)))
    await apart(failures, { organizationId }, () => tendOrganization(wiring, organizationId, seen));
  await apart(failures, {}, () => idempotency.removeLapsed(now()));
  await apart(failures, {}, () => nested.consents.removeLapsed(now()));
  const outboxSeconds = Math.round(Math.max(0, now() - seen.oldest) / 1000);
  return { completed: seen.completed, outboxSeconds, ...failuresOf(failures) };
}

interface Seen {
  completed: number;
  /** Milliseconds since 1970. */
  oldest: number;
  readonly failures: Failure[];
}

async function complete({ registry }: Tended, scope: AdminScope, seen: Seen): Promise<void> {
  seen.completed += await registry.completeInterrupted(scope);
}

async function tendOrganization(wiring: Tended, id: OrganizationId, seen: Seen): Promise<void> {
  const { registry } = wiring;
  const { failures } = seen;
  const place = ({ id: directoryId, organizationId }: DirectoryRecord) => ({ organizationId, directoryId });
  await apart(failures, { organizationId: id }, () => complete(wiring, id, seen));
  for await (const directory of every((page) => registry.directories(id, page)))
    await apart(failures, place(directory), async () => {
      seen.completed += await tendDirectory(wiring, directory);
      seen.oldest = Math.min(seen.oldest, (await oldestChange(wiring, directory)) ?? seen.oldest);
    });
  for (const directory of await registry.deletedDirectories(id))
    await apart(failures, place(directory), () => erase(wiring, directory));
}

async function tendDirectory(
  { directories, requestLog, nested, now }: Tended,
  directory: DirectoryRecord,
): Promise<number> {
  if (directory.kind === 'nested') {
    const before = now() - directory.settings.runLogDays * dayMilliseconds;
    const active = async () => (await nested.store.state(directory.id)).activeRun;
    await nested.history.removeRuns(directory.id, before, active);
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
