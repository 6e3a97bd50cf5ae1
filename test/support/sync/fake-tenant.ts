import type { JsonObject } from '../../../shared/model/json.ts';
import type {
  DeltaPage,
  DeltaStart,
  GraphAnswer,
  GraphFault,
  GraphReader,
  ListPage,
  MemberEntry,
  MemberToAsk,
  MemberType,
  TenantDomain,
} from '../../../shared/sync/graph-port.ts';
import { groupEntries, pagesOf, type RoundOfDelta, shownMembers, userEntries } from './tenant-delta.ts';
import {
  type FakeGroup,
  type FakeUser,
  type Life,
  TenantHistory,
  type TenantState,
} from './tenant-history.ts';

export const fakeTenantId = '11111111-2222-4333-8444-555555555555';

export const fakeDomains: readonly TenantDomain[] = [
  { name: 'rookery.example', isVerified: true, isDefault: true, isInitial: false },
];

/** What Graph does to its readers; each is a chance between 0 and 1. */
export interface FakeFaults {
  readonly throttled: number;
  readonly transient: number;
  readonly malformed: number;
  readonly resync: number;
  readonly tokenDead: number;
  readonly emptyPages: number;
  /** A round begins a little before its token. */
  readonly replays: number;
  /** Edge events in no order, with every state an edge had. */
  readonly disorder: number;
  /** A page of a list comes from a replica some changes behind. */
  readonly laggingLists: number;
  /** A round, or a token, comes from a replica some changes behind; what it does not know yet comes with a later round. */
  readonly laggingDeltas: number;
  /** One object, or the groups of one, are answered by a replica some changes behind. */
  readonly staleAnswers: number;
  /** 410 on any page of a list, while the deltas go on. */
  readonly goneInLists: number;
}

export const noFaults: FakeFaults = {
  throttled: 0,
  transient: 0,
  malformed: 0,
  resync: 0,
  tokenDead: 0,
  emptyPages: 0,
  replays: 0,
  disorder: 0,
  laggingLists: 0,
  laggingDeltas: 0,
  staleAnswers: 0,
  goneInLists: 0,
};

/** A small tenant in the process: its objects, their past, and a Graph over it that behaves as badly as asked. */
export class FakeTenant {
  readonly history: TenantHistory;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #pages = new Map<string, DeltaPage<unknown>>();
  #rounds = 0;
  faults: FakeFaults = noFaults;
  /** Tokens of another age are dead: 410. */
  tokenAge = 0;
  /** After so long every replica has heard of a change. */
  lagSeconds = 60;

  constructor(random: () => number, now: () => number = () => 0) {
    this.#random = random;
    this.#now = now;
    this.history = new TenantHistory(now);
  }

  get users(): ReadonlyMap<string, FakeUser> {
    return this.history.latest.users;
  }

  get groups(): ReadonlyMap<string, FakeGroup> {
    return this.history.latest.groups;
  }

  setUser(id: string, life: Life, fields: JsonObject = {}): void {
    const user = { life, fields: { ...this.users.get(id)?.fields, ...fields } };
    const groups = life === 'gone' ? without(this.groups, id) : new Map();
    this.history.change({ resource: 'users', id }, { users: new Map([[id, user]]), groups });
  }

  setGroup(id: string, life: Life, fields: JsonObject = {}): void {
    const before = this.groups.get(id) ?? { fields: {}, members: new Map() };
    const members = life === 'gone' ? new Map() : before.members;
    const groups = life === 'gone' ? without(this.groups, id) : new Map<string, FakeGroup>();
    groups.set(id, { life, fields: { ...before.fields, ...fields }, members });
    this.history.change({ resource: 'groups', id }, { groups });
  }

  setMember(group: string, member: string, type: MemberType | undefined): void {
    const found = this.groups.get(group);
    const before = found?.members.get(member);
    if (found === undefined || before === type) return;
    const members = new Map(found.members);
    if (type === undefined) members.delete(member);
    else members.set(member, type);
    const edge = { member, type: type ?? before ?? 'user', removed: type === undefined };
    this.history.change(
      { resource: 'groups', id: group, edge },
      { groups: new Map([[group, { ...found, members }]]) },
    );
  }

  /** "group user" for every effective membership, by plain depth-first search. */
  effectivePairs(): ReadonlySet<string> {
    return this.history.effectivePairs();
  }

  graph(): GraphReader {
    return {
      usersDelta: async (start) => this.#delta('users', start, userEntries),
      groupsDelta: async (start) => this.#delta('groups', start, groupEntries),
      userList: async (link) => this.#list('users', link),
      groupList: async (link) => this.#list('groups', link),
      groupMembers: async (group, link) => this.#memberList(group, link),
      groupsOf: async (member, link) => this.#groupsOf(member, link),
      user: async (id) => {
        const user = this.#replica(this.faults.staleAnswers).users.get(id);
        if (user?.life !== 'live') return notFound('no such user');
        return read({ kind: 'present' as const, id, fields: user.fields });
      },
      organization: async () => read({ tenantId: fakeTenantId, displayName: 'Rookery' }),
      domains: async () => read(fakeDomains),
      appRoleAssignedTo: async () => read({ items: [] }),
      permissions: async () =>
        read({ users: true, groups: true, domains: true, hiddenMembers: true, applications: true }),
    };
  }

  /** The tenant as the replica that answers now has it. */
  #replica(lags: number): TenantState {
    const { position } = this.history;
    if (!this.#chance(lags)) return this.history.latest;
    const least = this.history.positionBefore(this.#now() - this.lagSeconds * 1000);
    return this.history.state(least + Math.floor(this.#random() * (position - least + 1)));
  }

  #delta<T>(
    resource: 'users' | 'groups',
    start: DeltaStart,
    entriesOf: (round: RoundOfDelta) => readonly T[],
  ): GraphAnswer<DeltaPage<T>> {
    const fault = this.#fault(start.kind === 'link');
    if (fault !== undefined) return faulty(fault);
    const link = start.kind === 'link' ? start.link : '';
    if (link.startsWith('next:')) return read(this.#pages.get(link) as DeltaPage<T>);
    const state = this.#replica(this.faults.laggingDeltas);
    const tokenAt = (position: number) => `delta:${position}:${this.tokenAge}`;
    if (start.kind === 'now') return read({ items: [], fingerprint: '', delta: tokenAt(state.position) });
    const [, at, age] = link.split(':').map(Number);
    if (age !== undefined && age !== this.tokenAge) return resyncRequired;
    const round = String(this.#rounds++);
    const delta = tokenAt(Math.max(state.position, at ?? 0));
    const entries = entriesOf({
      state,
      changes: at === undefined ? undefined : this.#changesSince(resource, at, state.position),
      random: this.#random,
      isDisordered: () => this.#chance(this.faults.disorder),
    });
    const isEmpty = () => this.#chance(this.faults.emptyPages);
    const pages = pagesOf(entries, { round, delta, random: this.#random, isEmpty });
    for (const [index, page] of pages.entries()) this.#pages.set(`next:${round}:${index}`, page);
    return read(pages[0] as DeltaPage<T>);
  }

  #changesSince(resource: 'users' | 'groups', token: number, to: number) {
    const from = token > replayed && this.#chance(this.faults.replays) ? token - replayed : token;
    return this.history.changesBetween(from, to, resource);
  }

  /** Live objects by id, a few to a page. */
  #list<Id extends string>(
    resource: 'users' | 'groups',
    link = '',
  ): GraphAnswer<ListPage<{ readonly kind: 'present'; readonly id: Id; readonly fields: JsonObject }>> {
    const fault = this.#listFault(link);
    if (fault !== undefined) return faulty(fault);
    const objects = this.#replica(this.faults.laggingLists)[resource];
    return read(
      pageAfter(link, [...objects.keys()], (id) => {
        const { life, fields } = objects.get(id) ?? { life: 'gone', fields: {} };
        return life === 'live' ? [{ kind: 'present' as const, id: id as Id, fields }] : [];
      }),
    );
  }

  #memberList(id: string, link = ''): GraphAnswer<ListPage<MemberEntry>> {
    const fault = this.#listFault(link);
    if (fault !== undefined) return faulty(fault);
    const state = this.#replica(this.faults.laggingLists);
    const group = state.groups.get(id);
    if (group?.life !== 'live') return notFound('no such group');
    const members = new Map(shownMembers(state, group).map((member) => [member.id, member]));
    return read(pageAfter(link, [...members.keys()], (member) => members.get(member) ?? []));
  }

  #groupsOf({ kind, id }: MemberToAsk, link = ''): GraphAnswer<ListPage<MemberEntry>> {
    const fault = this.#listFault(link);
    if (fault !== undefined) return faulty(fault);
    const { users, groups } = this.#replica(this.faults.staleAnswers);
    if ((kind === 'user' ? users : groups).get(id)?.life !== 'live') return notFound('no such object');
    const holders = [...groups].filter(([, { life, members }]) => life === 'live' && members.has(id));
    return read(
      pageAfter(link, [administrativeUnit, ...holders.map(([holder]) => holder)], (holder) => [
        { id: holder, type: holder === administrativeUnit ? 'other' : 'group', removed: false },
      ]),
    );
  }

  #listFault(link: string): GraphFault | undefined {
    if (this.#chance(this.faults.goneInLists)) return resyncRequired.fault;
    return this.#fault(link !== '');
  }

  #fault(onLink: boolean): GraphFault | undefined {
    const { throttled, transient, malformed, resync, tokenDead } = this.faults;
    if (this.#chance(throttled))
      return { kind: 'throttled', detail: 'too many requests', retryAfterSeconds: 2.5 };
    if (this.#chance(transient)) return { kind: 'transient', detail: 'bad gateway' };
    if (this.#chance(malformed)) return { kind: 'malformed', detail: 'truncated' };
    if (onLink && this.#chance(resync)) return resyncRequired.fault;
    if (onLink && this.#chance(tokenDead)) return { kind: 'token-dead', detail: 'expired page token' };
    return undefined;
  }

  #chance(of: number): boolean {
    return of > 0 && this.#random() < of;
  }
}

/** Changes that a replayed round tells once more. */
const replayed = 4;
const itemsPerPage = 4;

/** Objects are in more than groups. */
const administrativeUnit = '77777777-0000-4000-8000-000000000000';

/** A page begins after the id that its link names, whichever replica answers. */
function pageAfter<T>(
  link: string,
  ids: readonly string[],
  itemsOf: (id: string) => T | readonly T[],
): ListPage<T> {
  const rest = ids.filter((id) => `list:${id}` > link).sort();
  const shown = rest.slice(0, itemsPerPage);
  const items = shown.flatMap((id) => itemsOf(id));
  return { items, ...(rest.length > shown.length ? { next: `list:${shown.at(-1)}` } : {}) };
}

/** The groups that lose a member. */
function without(groups: ReadonlyMap<string, FakeGroup>, member: string): Map<string, FakeGroup> {
  return new Map(
    [...groups].flatMap(([id, group]): readonly [string, FakeGroup][] => {
      if (!group.members.has(member)) return [];
      const members = new Map(group.members);
      members.delete(member);
      return [[id, { ...group, members }]];
    }),
  );
}

/** What failed was sent all the same. */
const faulty = (fault: GraphFault) => ({ kind: 'fault', fault, calls: 1, resourceUnits: 5 }) as const;

const resyncRequired = faulty({ kind: 'resync-required', detail: 'gone' });

const notFound = (detail: string) => faulty({ kind: 'not-found', detail });

const read = <T>(value: T): GraphAnswer<T> => ({ kind: 'read', value, calls: 1, resourceUnits: 5 });
