import { GroupId, UserId } from '../../../shared/model/ids.ts';
import type { JsonObject } from '../../../shared/model/json.ts';
import type { DeltaPage, GroupEntry, MemberEntry, UserEntry } from '../../../shared/sync/graph-port.ts';
import {
  type FakeGroup,
  type FakeUser,
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
  /** What an object was when the round begins, and became in it. */
  readonly versionsOf: (id: string) => readonly FakeUser[];
  readonly random: () => number;
  /** Edge events in no order, with every state an edge had. */
  readonly isDisordered: () => boolean;
  /** What did not change is left out. */
  readonly isSparse: () => boolean;
  readonly mayReadHidden: boolean;
}

export function userEntries(round: RoundOfDelta): readonly UserEntry[] {
  const { state, changes } = round;
  const ids = changes?.map(({ id }) => id) ?? [...state.users.keys()];
  return [...new Set(ids)].flatMap((text): readonly UserEntry[] => {
    const id = UserId.parse(text);
    const user = state.users.get(text);
    if (user === undefined) return [];
    if (user.life === 'live') return [{ kind: 'present', id, fields: shownFields(round, text, user) }];
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
    const members =
      changes === undefined
        ? shownMembers(state, group, round.mayReadHidden)
        : edgeEvents(round, text, changes);
    return sliced(round, { kind: 'present', id, fields: shownFields(round, text, group) }, members);
  });
}

/** Of an object that was there all the time, what changed, or all of it. */
function shownFields({ changes, versionsOf, isSparse }: RoundOfDelta, id: string, now: FakeUser): JsonObject {
  if (changes === undefined || !isSparse()) return now.fields;
  const versions = versionsOf(id);
  const [first] = versions;
  if (first === undefined || versions.some(({ life }) => life !== 'live')) return now.fields;
  const hasChanged = (name: string) => versions.some(({ fields }) => fields[name] !== first.fields[name]);
  return Object.fromEntries(Object.entries(now.fields).filter(([name]) => hasChanged(name)));
}

const reasonOf = (life: Life) => (life === 'gone' ? 'deleted' : 'changed');

/** Neither lists nor deltas show soft-deleted members. */
export function shownMembers(
  state: TenantState,
  { members, fields }: FakeGroup,
  mayReadHidden: boolean,
): readonly MemberEntry[] {
  if (isHidden(fields) && !mayReadHidden) return [];
  return [...members].flatMap(([id, type]) => (isAsleep(state, id) ? [] : [{ id, type, removed: false }]));
}

/** Without `Member.Read.Hidden` there is nothing of these, and no error. */
const isHidden = (fields: JsonObject) => fields['visibility'] === 'HiddenMembership';

function edgeEvents(
  { state, random, isDisordered, mayReadHidden }: RoundOfDelta,
  group: string,
  changes: readonly TenantChange[],
): readonly MemberEntry[] | undefined {
  if (isHidden(state.groups.get(group)?.fields ?? {}) && !mayReadHidden) return undefined;
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
