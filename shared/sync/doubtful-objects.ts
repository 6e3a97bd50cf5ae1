import { type FoldedRound, groupIdOf } from './fold-round.ts';
import type { Ask, SyncRun, SyncState } from './run-records.ts';

/**
 * Objects that became live in this round and may be in groups that no feed told of: deltas and lists do not show memberships
 * of the soft-deleted, and a restore is told of the object alone (graph.md §1.4). Those left over from earlier runs are
 * among them as long as they live.
 */
export function doubtfulObjects(
  round: FoldedRound,
  { run, state }: { readonly run: SyncRun; readonly state: SyncState },
): readonly Ask[] {
  const asks = new Map((state.asks ?? []).filter((ask) => mayLive(round, ask)).map((ask) => [ask.id, ask]));
  for (const [ask, object] of restorables(round)) {
    // An enumeration has just shown all groups of what it had not seen before, and was there when it began.
    const isShown = object.storedLife === undefined && run.groups.baseline && !object.appeared;
    const becameLive = object.life === 'live' && object.storedLife !== 'live';
    if (becameLive && !isShown && !isNew(object.created, state)) asks.set(ask().id, ask());
  }
  return [...asks.values()];
}

function mayLive({ users, groups, memberIds, groupIds }: FoldedRound, { kind, id }: Ask): boolean {
  const number = (kind === 'user' ? memberIds : groupIds).find(id);
  const folded = number === undefined ? undefined : (kind === 'user' ? users : groups).get(number);
  return (folded?.life ?? 'live') === 'live';
}

function* restorables(round: FoldedRound): Iterable<readonly [() => Ask, Restorable]> {
  const { users, groups, memberIds, groupIds } = round;
  for (const [user, { life, stored, created }] of users) {
    const appeared = round.appeared.users.has(user);
    const ask = () => ({ kind: 'user', id: memberIds.textOf(user) }) as const;
    yield [ask, { life, storedLife: stored?.life, created, appeared }];
  }
  for (const [group, { life, storedLife, created }] of groups) {
    const appeared = round.appeared.groups.has(group);
    yield [
      () => ({ kind: 'group', id: groupIdOf(groupIds, group) }),
      { life, storedLife, created, appeared },
    ];
  }
}

interface Restorable {
  readonly life: string;
  readonly storedLife: string | undefined;
  readonly created: string | undefined;
  readonly appeared: boolean;
}

/** Made after the last run had read everything: whatever happened to it since is in this round. */
export function isNew(created: string | undefined, { lastCompletedAt }: SyncState): boolean {
  if (created === undefined || lastCompletedAt === undefined) return false;
  return Date.parse(created) > Date.parse(lastCompletedAt);
}
