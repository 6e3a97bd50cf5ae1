import { GroupId, UserId } from '../../../shared/model/ids.ts';
import type { JsonObject } from '../../../shared/model/json.ts';
import type {
  DeltaPage,
  DeltaStart,
  GraphAnswer,
  GraphFault,
  GraphReader,
  GroupEntry,
  ListPage,
  MemberEntry,
  MemberType,
  TenantDomain,
  UserEntry,
} from '../../../shared/sync/graph-port.ts';

export const fakeTenantId = '11111111-2222-4333-8444-555555555555';

export const fakeDomains: readonly TenantDomain[] = [
  { name: 'rookery.example', isVerified: true, isDefault: true, isInitial: false },
];

type Life = 'live' | 'soft-deleted' | 'gone';

interface FakeGroup {
  life: Life;
  fields: JsonObject;
  readonly members: Map<string, MemberType>;
}

interface Change {
  readonly id: string;
  /** Of an edge: which member, and what happened. */
  readonly edge?: { readonly member: string; readonly type: MemberType; readonly removed: boolean };
}

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
};

/** A small tenant in the process: its objects, their change logs, and a Graph over it that behaves as badly as asked. */
export class FakeTenant {
  readonly users = new Map<string, { life: Life; fields: JsonObject }>();
  readonly groups = new Map<string, FakeGroup>();
  readonly #userLog: Change[] = [];
  readonly #groupLog: Change[] = [];
  readonly #random: () => number;
  readonly #pages = new Map<string, DeltaPage<unknown>>();
  #rounds = 0;
  faults: FakeFaults = noFaults;

  constructor(random: () => number) {
    this.#random = random;
  }

  setUser(id: string, life: Life, fields: JsonObject = {}): void {
    const user = this.users.get(id);
    this.users.set(id, { life, fields: { ...user?.fields, ...fields } });
    this.#userLog.push({ id });
    if (life === 'gone') for (const group of this.groups.values()) group.members.delete(id);
  }

  setGroup(id: string, life: Life, fields: JsonObject = {}): void {
    const group = this.groups.get(id) ?? { life, fields: {}, members: new Map() };
    group.life = life;
    group.fields = { ...group.fields, ...fields };
    this.groups.set(id, group);
    this.#groupLog.push({ id });
    if (life !== 'gone') return;
    group.members.clear();
    for (const other of this.groups.values()) other.members.delete(id);
  }

  setMember(group: string, member: string, type: MemberType | undefined): void {
    const members = this.groups.get(group)?.members;
    const before = members?.get(member);
    if (members === undefined || before === type) return;
    if (type === undefined) members.delete(member);
    else members.set(member, type);
    this.#groupLog.push({
      id: group,
      edge: { member, type: type ?? before ?? 'user', removed: type === undefined },
    });
  }

  /** "group user" for every effective membership, by plain depth-first search. */
  effectivePairs(): ReadonlySet<string> {
    const pairs = new Set<string>();
    for (const [id, group] of this.groups) {
      if (group.life !== 'live') continue;
      for (const user of this.#usersBelow(id, new Set())) pairs.add(`${id} ${user}`);
    }
    return pairs;
  }

  #usersBelow(id: string, seen: Set<string>): Set<string> {
    const found = new Set<string>();
    const group = this.groups.get(id);
    if (group?.life !== 'live' || seen.has(id)) return found;
    seen.add(id);
    for (const [member, type] of group.members) {
      if (type === 'user' && this.users.get(member)?.life === 'live') found.add(member);
      if (type === 'group') for (const user of this.#usersBelow(member, seen)) found.add(user);
    }
    return found;
  }

  graph(): GraphReader {
    return {
      usersDelta: async (start) => this.#delta(start, this.#userLog, (from) => this.#userEntries(from)),
      groupsDelta: async (start) => this.#delta(start, this.#groupLog, (from) => this.#groupEntries(from)),
      userList: async (link) => this.#list(this.users, link),
      groupList: async (link) => this.#list(this.groups, link),
      groupMembers: async (group) => this.#memberList(group),
      groupsOf: async ({ kind, id }) => this.#groupsOf(kind, id),
      user: async (id) => {
        const user = this.users.get(id);
        if (user?.life !== 'live')
          return { kind: 'fault', fault: { kind: 'not-found', detail: 'no such user' } };
        return read({ kind: 'present' as const, id, fields: user.fields });
      },
      organization: async () => read({ tenantId: fakeTenantId, displayName: 'Rookery' }),
      domains: async () => read(fakeDomains),
      appRoleAssignedTo: async () => read({ items: [] }),
      permissions: async () =>
        read({ users: true, groups: true, domains: true, hiddenMembers: true, applications: true }),
    };
  }

  /** A round is cut into pages when it begins; what happens later comes with the next one. */
  #delta<T>(
    start: DeltaStart,
    log: readonly Change[],
    entriesSince: (position: number) => readonly T[],
  ): GraphAnswer<DeltaPage<T>> {
    const fault = this.#fault(start.kind === 'link');
    if (fault !== undefined) return { kind: 'fault', fault };
    if (start.kind === 'now') return read({ items: [], fingerprint: '', delta: `delta:${log.length}` });
    const link = start.kind === 'link' ? start.link : '';
    if (link.startsWith('next:')) return read(this.#pages.get(link) as DeltaPage<T>);
    const at = link.startsWith('delta:') ? Number(link.slice('delta:'.length)) : -1;
    const from = at > 3 && this.#chance(this.faults.replays) ? at - 3 : at;
    const round = String(this.#rounds++);
    const pages = this.#paged(entriesSince(from), { round, delta: `delta:${log.length}` });
    for (const [index, page] of pages.entries()) this.#pages.set(`next:${round}:${index}`, page);
    return read(pages[0] as DeltaPage<T>);
  }

  /** Live objects by id, a few to a page. */
  #list<Id extends string>(
    objects: ReadonlyMap<string, { readonly life: Life; readonly fields: JsonObject }>,
    link = '',
  ): GraphAnswer<ListPage<{ readonly kind: 'present'; readonly id: Id; readonly fields: JsonObject }>> {
    const fault = this.#fault(link !== '');
    if (fault !== undefined) return { kind: 'fault', fault };
    const rest = [...objects.keys()].sort().filter((id) => `list:${id}` > link);
    const shown = rest.slice(0, 4);
    const items = shown.flatMap((id) => {
      const { life, fields } = objects.get(id) ?? { life: 'gone', fields: {} };
      return life === 'live' ? [{ kind: 'present' as const, id: id as Id, fields }] : [];
    });
    return read({ items, ...(rest.length > shown.length ? { next: `list:${shown.at(-1)}` } : {}) });
  }

  #userEntries(from: number): readonly UserEntry[] {
    const ids = from < 0 ? [...this.users.keys()] : this.#userLog.slice(from).map(({ id }) => id);
    return [...new Set(ids)].flatMap((text): readonly UserEntry[] => {
      const id = UserId.parse(text);
      const user = this.users.get(text);
      if (user === undefined) return [];
      if (user.life === 'live') return [{ kind: 'present', id, fields: user.fields }];
      return from < 0 && user.life === 'gone' ? [] : [{ kind: 'removed', id, reason: reasonOf(user.life) }];
    });
  }

  #groupEntries(from: number): readonly GroupEntry[] {
    const changes = from < 0 ? [] : this.#groupLog.slice(from);
    const ids = from < 0 ? [...this.groups.keys()] : changes.map(({ id }) => id);
    return [...new Set(ids)].flatMap((text): readonly GroupEntry[] => {
      const id = GroupId.parse(text);
      const group = this.groups.get(text);
      if (group === undefined) return [];
      if (group.life !== 'live') {
        return from < 0 && group.life === 'gone'
          ? []
          : [{ kind: 'removed', id, reason: reasonOf(group.life) }];
      }
      const members = from < 0 ? this.#shownMembers(group) : this.#edgeEvents(text, changes);
      return this.#sliced({ kind: 'present', id, fields: group.fields }, members);
    });
  }

  #groupsOf(kind: 'user' | 'group', id: string): GraphAnswer<{ readonly items: readonly MemberEntry[] }> {
    const fault = this.#fault(false);
    if (fault !== undefined) return { kind: 'fault', fault };
    const life = (kind === 'user' ? this.users : this.groups).get(id)?.life;
    if (life !== 'live') return { kind: 'fault', fault: { kind: 'not-found', detail: 'no such object' } };
    const items = [...this.groups].flatMap(([group, { life, members }]): readonly MemberEntry[] =>
      life === 'live' && members.has(id) ? [{ id: group, type: 'group', removed: false }] : [],
    );
    return read({ items: [{ id: administrativeUnit, type: 'other', removed: false }, ...items] });
  }

  /** Neither lists nor deltas show soft-deleted members. */
  #shownMembers({ members }: FakeGroup): readonly MemberEntry[] {
    return [...members].flatMap(([id, type]) => {
      return this.#isAsleep(id) ? [] : [{ id, type, removed: false }];
    });
  }

  #isAsleep(id: string): boolean {
    return (this.users.get(id) ?? this.groups.get(id))?.life === 'soft-deleted';
  }

  #edgeEvents(group: string, changes: readonly Change[]): readonly MemberEntry[] | undefined {
    const events = changes.flatMap(({ id, edge }) =>
      id === group && edge !== undefined && (edge.removed || !this.#isAsleep(edge.member))
        ? [{ id: edge.member, type: edge.type, removed: edge.removed }]
        : [],
    );
    if (events.length === 0) return undefined;
    if (this.#chance(this.faults.disorder)) return events.sort(() => this.#random() - 0.5);
    return [...new Map(events.map((event) => [event.id, event])).values()];
  }

  /** One group in several slices. */
  #sliced(entry: Extract<GroupEntry, { kind: 'present' }>, members: readonly MemberEntry[] | undefined) {
    if (members === undefined || members.length < 2)
      return [members === undefined ? entry : { ...entry, members }];
    const cut = Math.floor(this.#random() * members.length);
    return [
      { ...entry, members: members.slice(0, cut) },
      { ...entry, members: members.slice(cut) },
    ];
  }

  #paged<T>(
    entries: readonly T[],
    { round, delta }: { round: string; delta: string },
  ): readonly DeltaPage<T>[] {
    const chunks: (readonly T[])[] = [];
    for (let start = 0; start < entries.length; ) {
      const size = 1 + Math.floor(this.#random() * 5);
      if (this.#chance(this.faults.emptyPages)) chunks.push([]);
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

  #memberList(id: string): GraphAnswer<{ readonly items: readonly MemberEntry[] }> {
    const fault = this.#fault(false);
    if (fault !== undefined) return { kind: 'fault', fault };
    const group = this.groups.get(id);
    if (group?.life !== 'live')
      return { kind: 'fault', fault: { kind: 'not-found', detail: 'no such group' } };
    return read({ items: this.#shownMembers(group) });
  }

  #fault(onLink: boolean): GraphFault | undefined {
    const { throttled, transient, malformed, resync, tokenDead } = this.faults;
    if (this.#chance(throttled))
      return { kind: 'throttled', detail: 'too many requests', retryAfterSeconds: 2.5 };
    if (this.#chance(transient)) return { kind: 'transient', detail: 'bad gateway' };
    if (this.#chance(malformed)) return { kind: 'malformed', detail: 'truncated' };
    if (onLink && this.#chance(resync)) return { kind: 'resync-required', detail: 'gone' };
    if (onLink && this.#chance(tokenDead)) return { kind: 'token-dead', detail: 'expired page token' };
    return undefined;
  }

  #chance(of: number): boolean {
    return of > 0 && this.#random() < of;
  }
}

/** Objects are in more than groups. */
const administrativeUnit = '77777777-0000-4000-8000-000000000000';

const reasonOf = (life: Life) => (life === 'gone' ? 'deleted' : 'changed');

const read = <T>(value: T): GraphAnswer<T> => ({ kind: 'read', value, calls: 1, resourceUnits: 5 });
