import type { Change } from '../tenant-objects.ts';
import type { Faults } from './faults.ts';
import type { TenantView } from './tenant-view.ts';

export type DeltaResource = 'users' | 'groups';

/** One element of a delta page, rendered only when its page is read, so that newer values show. */
export type DeltaEntry =
  | { readonly kind: 'object'; readonly id: string }
  | { readonly kind: 'slice'; readonly id: string; readonly members: readonly DeltaMember[] }
  | { readonly kind: 'removed'; readonly id: string; readonly reason: 'changed' | 'deleted' };

export interface DeltaMember {
  readonly id: string;
  readonly added: boolean;
}

export interface DeltaRound {
  readonly resource: DeltaResource;
  readonly select: readonly string[];
  /** Only these objects, when the round was begun with a filter. */
  readonly only: readonly string[] | undefined;
  /** The change log up to which the reader knew; undefined for an initial round. */
  readonly from: number | undefined;
  readonly position: number;
  readonly minimal: boolean;
  /** Left out of this round, to come with the one after it. */
  readonly withheld: Withheld;
  readonly pages: readonly (readonly DeltaEntry[])[];
}

export interface RoundStart {
  readonly resource: DeltaResource;
  readonly select: readonly string[];
  readonly only: readonly string[] | undefined;
  readonly from: number | undefined;
  readonly minimal: boolean;
}

/** What a fault holds back until the next round. */
export interface Withheld {
  readonly objects: ReadonlySet<string>;
  readonly edges: ReadonlyMap<string, ReadonlySet<string>>;
}

export const nothingWithheld: Withheld = { objects: new Set(), edges: new Map() };

/** Lays a round out into pages: at most 200 users, or groups with at most 500 members in slices. */
export function beginRound(view: TenantView, start: RoundStart, extras: RoundExtras): DeltaRound {
  const { faults } = extras;
  const position = Math.max(view.position, start.from ?? 0);
  const isReplay = start.from !== undefined && faults.happens('replayed-changes');
  const from = isReplay ? Math.max(0, (start.from ?? 0) - replayedChanges) : start.from;
  const touched = touchedSince({ view, faults }, { ...start, from });
  if (start.from !== undefined) lose(touched, faults);
  const withheld = hold(touched, faults);
  release(touched, extras.released, { view, resource: start.resource });
  if (!tracksMembers(start.select)) touched.members.clear();
  const entries = [
    ...strangers(start, { view, extras }),
    ...(start.resource === 'users' ? touched.objects.values() : groupEntries(touched, { view, extras })),
  ];
  return { ...start, position, withheld, pages: pagesOf(entries, extras) };
}

/** Whether `$select` names the members. */
export const tracksMembers = (select: readonly string[]): boolean =>
  select.some((name) => name.toLowerCase() === 'members');

const replayedChanges = 40;

export interface RoundExtras {
  readonly faults: Faults;
  /** What the round before held back. */
  readonly released: Withheld;
  /** Whether the members of a group with hidden membership are shown. */
  readonly showsHidden: boolean;
  readonly newId: () => string;
  readonly pageSizes: PageSizes;
}

/** The most that one page holds: Graph's are 200 objects and about 500 members. */
export interface PageSizes {
  readonly objects: number;
  readonly members: number;
}

export const pageSizesOfGraph: PageSizes = { objects: 200, members: 500 };

/** What the changes of a round come to: object entries, and per group its touched members. */
interface Touched {
  readonly objects: Map<string, DeltaEntry>;
  readonly members: Map<string, Map<string, boolean>>;
}

interface Source {
  readonly view: TenantView;
  readonly faults: Faults;
}

function touchedSince(source: Source, start: Pick<RoundStart, 'resource' | 'from' | 'only'>): Touched {
  const { view } = source;
  const touched: Touched = { objects: new Map(), members: new Map() };
  const ofResource = start.resource === 'users' ? view.users : view.groups;
  const isAsked = (id: string) => ofResource.has(id) && (start.only?.includes(id) ?? true);
  if (start.from === undefined) {
    for (const { id, life } of ofResource.values()) {
      if (life === 'live' && isAsked(id)) noteWhole(view, touched, id);
    }
    return touched;
  }
  for (const change of view.changesSince(start.from)) {
    if (isAsked(change.id)) note(source, touched, change);
  }
  return touched;
}

/** The object with all its direct members, soft-deleted ones included. */
function noteWhole(view: TenantView, { objects, members }: Touched, id: string): void {
  objects.set(id, { kind: 'object', id });
  const all = view.groups.get(id)?.members ?? [];
  members.set(id, new Map([...all].map((member) => [member, true])));
}

function note({ view, faults }: Source, touched: Touched, change: Change): void {
  const { id, kind } = change;
  const object = view.object(id);
  if (object === undefined || kind === 'assigned' || kind === 'unassigned' || kind === 'domain') return;
  if (object.life !== 'live') {
    touched.objects.set(id, { kind: 'removed', id, reason: object.life === 'gone' ? 'deleted' : 'changed' });
  } else if (kind === 'member') {
    noteEdge(view, touched, { group: id, member: change.member });
  } else if (kind === 'restored' && faults.happens('restored-groups-tell-members')) {
    noteWhole(view, touched, id);
  } else {
    touched.objects.set(id, { kind: 'object', id });
  }
}

/** An edge as it is now, whatever became of it in between. */
function noteEdge(
  view: TenantView,
  { members }: Touched,
  edge: { readonly group: string; readonly member: string },
): void {
  const slice = members.get(edge.group) ?? new Map<string, boolean>();
  members.set(
    edge.group,
    slice.set(edge.member, view.groups.get(edge.group)?.members.has(edge.member) ?? false),
  );
}

/** What an earlier round held back comes with this one. */
function release(
  touched: Touched,
  released: Withheld,
  { view, resource }: { readonly view: TenantView; readonly resource: DeltaResource },
): void {
  for (const id of released.objects) {
    if (view.object(id)?.life === 'live') touched.objects.set(id, { kind: 'object', id });
  }
  if (resource === 'users') return;
  for (const [group, members] of released.edges) {
    if (view.groups.get(group)?.life !== 'live') continue;
    for (const member of members) noteEdge(view, touched, { group, member });
  }
}

/** Takes some changes of memberships out of the round, and no later one tells them either. */
function lose({ members }: Touched, faults: Faults): void {
  for (const [group, slice] of members) {
    for (const member of [...slice.keys()]) if (faults.happens('lost-change')) slice.delete(member);
    if (slice.size === 0) members.delete(group);
  }
}

/** Takes a few objects, and some members of groups, out of the round. */
function hold({ objects, members }: Touched, faults: Faults): Withheld {
  const held = { objects: new Set<string>(), edges: new Map<string, Set<string>>() };
  for (const [id, entry] of objects) {
    const isLone = entry.kind === 'object' && (members.get(id)?.size ?? 0) === 0;
    if (!isLone || !faults.happens('late-objects')) continue;
    objects.delete(id);
    members.delete(id);
    held.objects.add(id);
  }
  for (const [group, slice] of members) {
    const late = [...slice.keys()].filter(() => faults.happens('split-across-rounds'));
    for (const member of late) slice.delete(member);
    if (late.length > 0) held.edges.set(group, new Set(late));
  }
  return held;
}

interface Layout {
  readonly view: TenantView;
  readonly extras: RoundExtras;
}

function groupEntries({ objects, members }: Touched, layout: Layout): DeltaEntry[] {
  const { faults } = layout.extras;
  const entries: DeltaEntry[] = [];
  for (const id of new Set([...objects.keys(), ...members.keys()])) {
    const object = objects.get(id);
    if (object?.kind === 'removed') entries.push(object);
    else entries.push(...slicesOf(id, members.get(id), layout));
  }
  return faults.happens('scattered-slices') ? faults.shuffled(entries) : entries;
}

/** A group in slices of at most 500 members; in one entry without members when none changed or none may be seen. */
function slicesOf(
  id: string,
  members: ReadonlyMap<string, boolean> | undefined,
  { view, extras }: Layout,
): DeltaEntry[] {
  const isHidden = view.groups.get(id)?.visibility === 'HiddenMembership' && !extras.showsHidden;
  const list = isHidden ? [] : memberList(members, extras.faults);
  if (list.length === 0) return [{ kind: 'object', id }];
  const slices: DeltaEntry[] = [];
  for (let at = 0; at < list.length; ) {
    const size = extras.faults.happens('varying-pages')
      ? 1 + extras.faults.below(extras.pageSizes.members)
      : extras.pageSizes.members;
    slices.push({ kind: 'slice', id, members: list.slice(at, at + size) });
    at += size;
  }
  return slices;
}

/** Members of a slice; a contested edge is told both ways, in either order. */
function memberList(members: ReadonlyMap<string, boolean> | undefined, faults: Faults): DeltaMember[] {
  const list: DeltaMember[] = [];
  for (const [id, added] of members ?? []) {
    const edge = { id, added };
    list.push(
      ...(faults.happens('contested-edges') ? faults.shuffled([edge, { id, added: !added }]) : [edge]),
    );
  }
  return list;
}

/** An initial round may speak of objects and edges that nobody has seen. */
function strangers(start: RoundStart, { view, extras }: Layout): DeltaEntry[] {
  const { faults, newId } = extras;
  if (start.from !== undefined || !faults.happens('removed-strangers')) return [];
  const removed: DeltaEntry[] = [
    { kind: 'removed', id: newId(), reason: 'changed' },
    { kind: 'removed', id: newId(), reason: 'deleted' },
  ];
  const group = [...view.groups.values()].find(({ life }) => life === 'live');
  if (start.resource === 'groups' && group !== undefined && tracksMembers(start.select)) {
    removed.push({ kind: 'slice', id: group.id, members: [{ id: newId(), added: false }] });
  }
  return removed;
}

function pagesOf(entries: readonly DeltaEntry[], extras: RoundExtras): DeltaEntry[][] {
  const { faults, pageSizes } = extras;
  const pages: DeltaEntry[][] = [];
  let page: DeltaEntry[] = [];
  let members = 0;
  let room = roomOf(extras);
  for (const entry of entries) {
    const size = entry.kind === 'slice' ? entry.members.length : 0;
    if (page.length > 0 && (page.length >= room || members + size > pageSizes.members)) {
      pages.push(page);
      page = [];
      members = 0;
      room = roomOf(extras);
    }
    page.push(entry);
    members += size;
    if (faults.happens('repeated-objects')) page.push({ kind: 'object', id: entry.id });
  }
  pages.push(page);
  insertEmptyPages(pages, faults);
  return pages;
}

function insertEmptyPages(pages: DeltaEntry[][], faults: Faults): void {
  if (faults.happens('empty-pages')) {
    const at = faults.below(pages.length);
    pages.splice(at, 0, ...Array.from({ length: 1 + faults.below(emptyRunMax) }, () => []));
  }
  if (faults.happens('empty-last-page')) pages.push([]);
}

const roomOf = ({ faults, pageSizes }: RoundExtras): number =>
  faults.happens('varying-pages') ? 1 + faults.below(pageSizes.objects) : pageSizes.objects;

const emptyRunMax = 50;
