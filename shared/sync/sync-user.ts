import type { DirectoryId, UserId } from '../model/ids.ts';
import { Refusal } from '../model/refusal.ts';
import type { UserEntry } from './graph-port.ts';
import type { Fence, NestedUser } from './nested-store.ts';
import { factsOf, outReason } from './scope.ts';
import type { NestedSettings } from './settings.ts';
import type { SyncPorts } from './sync-ports.ts';
import type { SyncState } from './sync-state.ts';
import { mergedFields, sameJson, toUserAttributes } from './user-mapping.ts';

export type SyncUserOutcome = 'updated' | 'unchanged' | 'not-found' | 'needs-run';

export interface UserToSync {
  readonly directory: DirectoryId;
  readonly user: UserId;
  /** What Graph says of the user now; undefined when it does not know him. */
  readonly entry: UserEntry | undefined;
  readonly settings: NestedSettings;
  /** First part of the outbox entry's key. */
  readonly key: string;
}

/**
 * Brings one user's attributes up to date now. Whatever would change who is where (a new user, a deleted one, another standing) is
 * left to a run, which alone can tell its consequences. The answer may be older than what the last run was told, so the next one is
 * told that again. Refusal `conflict` while a run has the directory.
 */
export async function syncUser(ports: UserPorts, of: UserToSync): Promise<SyncUserOutcome> {
  if (of.entry === undefined) return 'not-found';
  const { store } = ports;
  const fence = await store.acquire(of.directory, { holder: ports.holder, now: ports.now(), seconds: 60 });
  const state = await store.state(of.directory);
  const { activeRun, checked } = state;
  if (fence === undefined || activeRun !== undefined) {
    if (fence !== undefined) await store.release(of.directory, fence);
    const about = activeRun === undefined ? {} : { about: { run: activeRun } };
    throw new Refusal('conflict', 'A run has the directory.', { reason: 'run_in_progress', ...about });
  }
  try {
    const verified = new Set(checked?.verifiedDomains ?? []);
    return await applied(ports, of, { fence, state, verified });
  } finally {
    await store.release(of.directory, fence);
  }
}

/** `note` writes down who ordered it, before it takes effect. */
type UserPorts = Pick<SyncPorts, 'store' | 'now' | 'holder'> & { readonly note?: () => Promise<void> };

async function applied(
  { store, now, note }: UserPorts,
  { directory, user, entry, settings, key }: UserToSync,
  {
    fence,
    state,
    verified,
  }: { readonly fence: Fence; readonly state: SyncState; readonly verified: ReadonlySet<string> },
): Promise<SyncUserOutcome> {
  const [stored] = await store.users(directory, [user]);
  if (stored?.life !== 'live' || entry?.kind !== 'present') return 'needs-run';
  const fields = mergedFields(stored.fields, entry.fields);
  if (sameJson(fields, stored.fields)) return 'unchanged';
  const counts = outReason(factsOf(fields), settings, verified) === undefined;
  const isDisabled = stored.fields['accountEnabled'] !== false && fields['accountEnabled'] === false;
  // A user who is disabled counts for the safeguard.
  if (counts !== stored.standing.counts || isDisabled) return 'needs-run';
  const at = new Date(now()).toISOString();
  const attributes = toUserAttributes(user, fields);
  const changed: NestedUser = {
    ...stored,
    version: stored.version + 1,
    lastModified: at,
    fields,
    attributes,
  };
  await note?.();
  const told = stored.standing.inScope && !sameJson(attributes, stored.attributes);
  const change = { kind: 'user-changed' as const, user, version: changed.version };
  await store.commit(directory, fence, [
    ...(told ? [{ kind: 'outbox' as const, entry: { key: `${key}/user/${user}`, at, change } }] : []),
    { kind: 'user', user: changed },
    { kind: 'state', state: { ...state, usersAgain: true } },
  ]);
  return 'updated';
}
