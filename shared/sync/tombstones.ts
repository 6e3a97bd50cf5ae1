import { type DirectoryId, RunId } from '../model/ids.ts';
import type { DeadObjects, Fence, NestedDirectoryStore, NestedGroup, NestedUser } from './nested-store.ts';
import { FenceLost } from './nested-store.ts';
import { Removal } from './object-removal.ts';
import type { SyncPorts } from './sync-ports.ts';
import type { SyncState, Tombstones } from './sync-state.ts';

const dayMilliseconds = 24 * 60 * 60 * 1000;
/** What Graph can restore (graph.md §1.4), and for how long a delta token lives that may tell of it late (§1.3). */
const restorableDays = 30;
const tokenDays = 7;
/** A gone object is known for longer than any token may speak of it. */
const goneDays = 30;
/** A run's checkpoint is of use while it has the directory; its row and log have a time of their own. */
const checkpointDays = 7;

/** Commits and pages of one call, and how long a lease for them lasts. */
const commitsMax = 200;
const pagesMax = 5;
const leaseSeconds = 120;

export type TombstonePorts = Pick<SyncPorts, 'store' | 'now' | 'holder'>;

/**
 * Removes what is left of objects that nobody can restore and no message can speak of any more, with memberships that still
 * name them, and old checkpoints; a bounded part of it, returned as the number of objects. Time is that of the last completed run:
 * of a directory that is not read nothing is removed, for what happened meanwhile is not heard of yet. Nobody has effective
 * members that would change, so nothing is told. While a run has the directory nothing is done.
 */
export async function removeTombstones(
  { store, now, holder }: TombstonePorts,
  directory: DirectoryId,
): Promise<number> {
  if (!isDue(await store.state(directory), now())) return 0;
  const fence = await store.acquire(directory, { holder, now: now(), seconds: leaseSeconds });
  if (fence === undefined) return 0;
  try {
    const state = await store.state(directory);
    return isDue(state, now()) ? await removed({ store, directory, fence }, state, now()) : 0;
  } catch (error) {
    if (error instanceof FenceLost) return 0;
    throw error;
  } finally {
    await store.release(directory, fence);
  }
}

const isDue = ({ activeRun, lastCompletedAt, tombstones }: SyncState, now: number): boolean =>
  activeRun === undefined && lastCompletedAt !== undefined && now >= (tombstones?.dueAt ?? 0);

interface Place {
  readonly store: NestedDirectoryStore;
  readonly directory: DirectoryId;
  readonly fence: Fence;
}

async function removed(place: Place, state: SyncState, now: number): Promise<number> {
  const { store, directory, fence } = place;
  await store.forgetRuns(directory, fence, {
    before: firstRunAt(now - checkpointDays * dayMilliseconds),
    keep: [state.lastRun, state.lastCompletedRun].filter((run) => run !== undefined),
  });
  const before = state.tombstones ?? { dueAt: 0, scanAt: 0 };
  const { count, after } =
    now < before.scanAt
      ? { count: 0, after: atRest(before, now) }
      : await scanned(place, { state, before, now });
  await store.commit(directory, fence, [{ kind: 'state', state: { ...state, tombstones: after } }]);
  return count;
}

const atRest = ({ scanAt }: Tombstones, now: number): Tombstones => ({
  dueAt: now + dayMilliseconds,
  scanAt,
});

/** Run ids begin with the time of their making. */
const firstRunAt = (milliseconds: number): RunId =>
  RunId.parse(`run_${Math.max(0, milliseconds).toString(16).padStart(12, '0')}${'0'.repeat(20)}`);

async function scanned(
  place: Place,
  { state, before, now }: { readonly state: SyncState; readonly before: Tombstones; readonly now: number },
): Promise<{ readonly count: number; readonly after: Tombstones }> {
  const read = Date.parse(state.lastCompletedAt ?? '');
  const removal = new Removal(place, commitsMax);
  let { from, firstAt = Number.POSITIVE_INFINITY } = before;
  let count = 0;
  for (let page = 0; page < pagesMax; page++) {
    const found = await place.store.deadObjects(place.directory, from);
    const { old, first } = sorted(found, read);
    for (const object of old) {
      const isWhole = await removal.remove(object);
      // The page comes again, without those that are gone by now.
      if (!isWhole) return { count, after: goingOn(before, { from, firstAt }) };
      count++;
    }
    firstAt = Math.min(firstAt, first);
    from = found.next;
    if (from === undefined)
      return { count, after: atRest({ dueAt: 0, scanAt: nextScan(now, firstAt) }, now) };
  }
  return { count, after: goingOn(before, { from, firstAt }) };
}

/** What dies after a pass may go a month later at the earliest, and is seen in the next pass. */
const nextScan = (now: number, firstAt: number): number =>
  Math.max(now + dayMilliseconds, Math.min(firstAt, now + goneDays * dayMilliseconds));

const goingOn = (
  { dueAt, scanAt }: Tombstones,
  { from, firstAt }: { readonly from: string | undefined; readonly firstAt: number },
): Tombstones => ({
  ...{ dueAt, scanAt },
  ...(from === undefined ? {} : { from }),
  ...(Number.isFinite(firstAt) ? { firstAt } : {}),
});

/** Objects that may go, and when the first of the others may. */
function sorted({ users, groups }: DeadObjects, read: number) {
  const all = [
    ...users.map((user) => ({ kind: 'user' as const, user })),
    ...groups.map((group) => ({ kind: 'group' as const, group })),
  ];
  const mayGoAt = (object: (typeof all)[number]) =>
    object.kind === 'user' ? endOf(object.user) : endOf(object.group);
  return {
    old: all.filter((object) => mayGoAt(object) <= read),
    first: all.reduce((least, object) => {
      const at = mayGoAt(object);
      return at > read ? Math.min(least, at) : least;
    }, Number.POSITIVE_INFINITY),
  };
}

/** A gone object was last changed when it went; a soft-deleted one may also change meanwhile. */
const endOf = ({ life, lifeSince, lastModified }: NestedUser | NestedGroup): number =>
  life === 'gone'
    ? Date.parse(lastModified) + goneDays * dayMilliseconds
    : Date.parse(lifeSince) + (restorableDays + tokenDays) * dayMilliseconds;
