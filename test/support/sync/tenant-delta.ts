import { GroupId, UserId } from '../../../shared/model/ids.ts';
import type { DeltaPage, GroupEntry, MemberEntry, UserEntry } from '../../../shared/sync/graph-port.ts';
import {
  type FakeGroup,
  isAsleep,
  type Life,
  type TenantChange,
  type TenantState,
} from './tenant-history.ts';

/** What a replica has to tell of: all there is, or what changed. */
export interface RoundOfDelta {
  readonly state: TenantState;
  /** Undefined for a round from the beginning. */
  readonly changes: readonly TenantChange[] | undefined;
  readonly random: () => number;
  /** Edge events in no order, with every state an edge had. */
  readonly isDisordered: () => boolean;
}

export function userEntries({ state, changes }: RoundOfDelta): readonly UserEntry[] {
  const ids = changes?.map(({ id }) => id) ?? [...state.users.keys()];
  return [...new Set(ids)].flatMap((text): readonly UserEntry[] => {
    const id = UserId.parse(text);
    const user = state.users.get(text);
    if (user === undefined) return [];
    if (user.life === 'live') return [{ kind: 'present', id, fields: user.fields }];
    return changes === undefined && user.life === 'gone'
      ? []
      : [{ kind: 'removed', id, reason: reasonOf(user.life) }];
  });
}

export function groupEntries(round: RoundOfDelta): readonly GroupEntry[] {
  const { state, changes } = round;
  const ids = changes?.map(({ id }) => id) ?? [...state.groups.keys()];
  return [...new Set(ids)].flatMap((text): readonly GroupEntry[] => {
    const id = GroupId.parse(text);
    const group = state.groups.get(text);
    if (group === undefined) return [];
    if (group.life !== 'live') {
      return changes === undefined && group.life === 'gone'
        ? []
        : [{ kind: 'removed', id, reason: reasonOf(group.life) }];
    }
    const members = changes === undefined ? shownMembers(state, group) : edgeEvents(round, text, changes);
    return sliced(round, { kind: 'present', id, fields: group.fields }, members);
  });
}

const reasonOf = (life: Life) => (life === 'gone' ? 'deleted' : 'changed');

/** Neither lists nor deltas show soft-deleted members. */
export function shownMembers(state: TenantState, { members }: FakeGroup): readonly MemberEntry[] {
  return [...members].flatMap(([id, type]) => (isAsleep(state, id) ? [] : [{ id, type, removed: false }]));
}

function edgeEvents(
  { state, random, isDisordered }: RoundOfDelta,
  group: string,
  changes: readonly TenantChange[],
): readonly MemberEntry[] | undefined {
  const events = changes.flatMap(({ id, edge }) =>
    id === group && edge !== undefined && (edge.removed || !isAsleep(state, edge.member))
      ? [{ id: edge.member, type: edge.type, removed: edge.removed }]
      : [],
  );
  if (events.length === 0) return undefined;
  if (isDisordered()) return events.sort(() => random() - 0.5);
  return [...new Map(events.map((event) => [event.id, event])).values()];
}

/** One group in several slices. */
function sliced(
  { random }: RoundOfDelta,
  entry: Extract<GroupEntry, { kind: 'present' }>,
  members: readonly MemberEntry[] | undefined,
): readonly GroupEntry[] {
  if (members === undefined) return [entry];
  if (members.length < 2) return [{ ...entry, members }];
  const cut = Math.floor(random() * members.length);
  return [
    { ...entry, members: members.slice(0, cut) },
    { ...entry, members: members.slice(cut) },
  ];
}

/** A round is cut into pages when it begins; what happens later comes with the next one. */
export function pagesOf<T>(
  entries: readonly T[],
  {
    round,
    delta,
    random,
    isEmpty,
  }: { round: string; delta: string; random: () => number; isEmpty: () => boolean },
): readonly DeltaPage<T>[] {
  const chunks: (readonly T[])[] = [];
  for (let start = 0; start < entries.length; ) {
    const size = 1 + Math.floor(random() * 5);
    if (isEmpty()) chunks.push([]);
    chunks.push(entries.slice(start, start + size));
    start += size;
  }
  if (chunks.length === 0) chunks.push([]);
  return chunks.map((items, page) => ({
    items,
    fingerprint: JSON.stringify(items),
    ...(page + 1 < chunks.length ? { next: `next:${round}:${page + 1}` } : { delta }),
  }));
}
