import { asksMax } from './asking.ts';
import type { FoldedRound } from './fold-round.ts';
import { groupIdOf } from './round-ids.ts';
import type { Ask, SyncRun } from './run-records.ts';
import type { SyncState } from './sync-state.ts';

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
  const merelyTold: Ask[] = [];
  for (const [ask, object] of restorables(round, { run, state })) {
    if (object.life !== 'live' || object.isNew) continue;
    if (becameLive(object, run)) asks.set(ask().id, ask());
    else if (object.mayHaveSlept) merelyTold.push(ask());
  }
  const isFew = asks.size + merelyTold.length <= asksMax;
  return [...asks.values(), ...(isFew ? merelyTold.filter(({ id }) => !asks.has(id)) : [])];
}

/** An enumeration has just shown all groups of what it had not seen before, and was there when it began. */
const becameLive = ({ storedLife, appeared }: Restorable, { groups }: SyncRun): boolean =>
  storedLife === undefined ? appeared || !groups.baseline : storedLife !== 'live';

function mayLive({ users, groups, memberIds, groupIds }: FoldedRound, { kind, id }: Ask): boolean {
  const number = (kind === 'user' ? memberIds : groupIds).find(id);
  const folded = number === undefined ? undefined : (kind === 'user' ? users : groups).get(number);
  return (folded?.life ?? 'live') === 'live';
}

/**
 * While all groups were read, now or in the last run, an object may have been deleted for a moment: its memberships were not shown, and
 * its restore looks like any change.
 */
function* restorables(
  round: FoldedRound,
  { run, state }: { readonly run: SyncRun; readonly state: SyncState },
): Iterable<readonly [() => Ask, Restorable]> {
  const { users, groups, memberIds, groupIds, appeared, toldAfterLists } = round;
  const userIsTold = !run.users.baseline && (run.groups.baseline || state.enumerated === true);
  for (const [user, { life, stored, isNew }] of users) {
    const ask = () => ({ kind: 'user', id: memberIds.textOf(user) }) as const;
    const mayHaveSlept = userIsTold || toldAfterLists.users.has(user);
    yield [ask, { life, storedLife: stored?.life, isNew, appeared: appeared.users.has(user), mayHaveSlept }];
  }
  for (const [group, { life, storedLife, isNew }] of groups) {
    const ask = () => ({ kind: 'group', id: groupIdOf(groupIds, group) }) as const;
    const mayHaveSlept = toldAfterLists.groups.has(group);
    yield [ask, { life, storedLife, isNew, appeared: appeared.groups.has(group), mayHaveSlept }];
  }
}

interface Restorable {
  readonly life: string;
  readonly storedLife: string | undefined;
  readonly isNew: boolean;
  readonly appeared: boolean;
  readonly mayHaveSlept: boolean;
}
