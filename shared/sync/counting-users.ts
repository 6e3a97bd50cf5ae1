import { changedRows } from '../nesting/edge-changes.ts';
import { guidBytes } from '../nesting/guid.ts';
import type { BothStates, DeriveSources } from './derive-sources.ts';
import type { FoldedRound } from './fold-round.ts';
import { userIds } from './round-ids.ts';
import { outReason } from './scope.ts';

/** Fills in who counts, before and after: known of the round's users, read for all others that matter. */
export async function withLiveUsers(
  sources: DeriveSources,
  { before, after }: BothStates,
): Promise<BothStates> {
  const { round } = sources;
  const count = round.memberIds.count;
  const counting = new Uint8Array(count);
  for (const user of await strangersThatCount(sources)) counting[user] = 1;
  for (const user of round.users.keys()) counting[user] = countedBefore(round, user) ? 1 : 0;
  const counted = counting.slice();
  for (const user of round.users.keys()) counted[user] = countsAfter(sources, user) ? 1 : 0;
  return {
    before: { ...before, users: count, liveUsers: counting },
    after: { ...after, users: count, liveUsers: counted },
  };
}

/** Users the round did not speak of: a few are read by id, many are found among all that count. */
async function strangersThatCount(sources: DeriveSources): Promise<readonly number[]> {
  const { round, run, store, edges } = sources;
  const strangers = [...changedRows(edges.users.byMember)].filter((user) => !round.users.has(user));
  if (round.memberIds.count <= round.users.size + strangers.length) {
    const rows = await storedUsers(sources, strangers);
    return rows.flatMap(({ id, standing }) => (standing.counts ? numbersOf(round, id) : []));
  }
  const counting: number[] = [];
  for await (const packed of store.countingUsers(run.directory)) {
    for (let offset = 0; offset < packed.length; offset += guidBytes) {
      const user = round.memberIds.findPacked(packed, offset);
      if (user !== undefined) counting.push(user);
    }
  }
  return counting;
}

function numbersOf({ memberIds }: FoldedRound, id: string): readonly number[] {
  const number = memberIds.find(id);
  return number === undefined ? [] : [number];
}

/** Rows of users by number, a thousand at a time. */
export async function storedUsers({ store, run, round }: DeriveSources, users: readonly number[]) {
  const rows = [];
  for (let start = 0; start < users.length; start += 1000) {
    const ids = userIds(round.memberIds, users.slice(start, start + 1000));
    rows.push(...(await store.users(run.directory, ids)));
  }
  return rows;
}

export const countedBefore = (round: FoldedRound, user: number) =>
  round.users.get(user)?.stored?.standing.counts ?? false;

/** Whether the memberships of a user of this round count when it is done. */
export function countsAfter({ round, run, verifiedDomains }: DeriveSources, user: number): boolean {
  const folded = round.users.get(user);
  if (folded?.life !== 'live') return false;
  return outReason(folded.facts, run.settings, verifiedDomains) === undefined;
}
