import type { JsonObject } from '../../../shared/model/json.ts';
import type {
  Assignment,
  DeltaPage,
  DeltaStart,
  GraphAnswer,
  GraphFault,
  GraphReader,
  ListPage,
  MemberEntry,
  MemberToAsk,
  Permissions,
} from '../../../shared/sync/graph-port.ts';
import { faulty, forbidden, notFound, pageAfter, read, resyncRequired } from './fake-answers.ts';
import type { FakeFaults } from './fake-faults.ts';
import { groupEntries, pagesOf, type RoundOfDelta, shownMembers, userEntries } from './tenant-delta.ts';
import type { TenantHistory, TenantState } from './tenant-history.ts';

/** A tenant, and what is set of how it answers. */
export interface ReadTenant {
  readonly id: string;
  readonly history: TenantHistory;
  readonly faults: FakeFaults;
  readonly permissions: Permissions;
  readonly tokenAge: number;
  readonly lagSeconds: number;
}

/** Reads a tenant as badly as its faults say. */
export class FakeGraph {
  readonly #tenant: ReadTenant;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #pages = new Map<string, DeltaPage<unknown>>();
  /** Applications of which nobody was listed as assigned, wrongly: the next answer is right. */
  readonly #emptied = new Set<string>();
  #rounds = 0;

  constructor(tenant: ReadTenant, { random, now }: { random: () => number; now: () => number }) {
    this.#tenant = tenant;
    this.#random = random;
    this.#now = now;
  }

  reader(): GraphReader {
    return {
      usersDelta: async (start) => this.#delta('users', start, userEntries),
      groupsDelta: async (start) => this.#delta('groups', start, groupEntries),
      userList: async (link) => this.#list('users', link),
      groupList: async (link) => this.#list('groups', link),
      groupMembers: async (group, link) => this.#memberList(group, link),
      groupsOf: async (member, link) => this.#groupsOf(member, link),
      user: async (id) => {
        const user = this.#replica(this.#faults.staleAnswers).users.get(id);
        if (user?.life !== 'live') return notFound('no such user');
        return read({ kind: 'present' as const, id, fields: user.fields });
      },
      organization: async () => this.#checked({ tenantId: this.#tenant.id, displayName: 'Rookery' }),
      domains: async () =>
        this.#tenant.permissions.domains
          ? this.#checked(this.#tenant.history.latest.registered.domains)
          : forbidden,
      appRoleAssignedTo: async (application, link) => this.#assignments(application, link),
      permissions: async () => this.#checked(this.#tenant.permissions),
    };
  }

  get #faults() {
    return this.#tenant.faults;
  }

  #checked<T>(value: T): GraphAnswer<T> {
    const fault = this.#checkFault();
    return fault === undefined ? read(value) : faulty(fault);
  }

  #checkFault(): GraphFault | undefined {
    if (!this.#chance(this.#faults.unanswered)) return undefined;
    const kinds = ['throttled', 'transient', 'malformed'] as const;
    return { kind: kinds[Math.floor(this.#random() * kinds.length)] ?? 'transient', detail: 'no answer' };
  }

  #assignments(id: string, link = ''): GraphAnswer<ListPage<Assignment>> {
    if (!this.#tenant.permissions.applications) return forbidden;
    const fault = this.#checkFault();
    if (fault !== undefined) return faulty(fault);
    const { applicationUnknown, assignmentsEmpty, assignmentsEndless, staleAnswers } = this.#faults;
    const { applications } = this.#replica(staleAnswers).registered;
    const isGone = applications.has(id) && applications.get(id) === undefined;
    if (isGone || this.#chance(applicationUnknown)) return notFound('no such application');
    const assigned = applications.get(id) ?? [];
    if (this.#isEmptyOnce(id, assignmentsEmpty)) return read({ items: [] });
    if (this.#chance(assignmentsEndless)) return read({ items: assigned.slice(0, 1), next: 'list:' });
    const byId = Map.groupBy(assigned, ({ principalId }) => principalId);
    return read(pageAfter(link, [...byId.keys()], (principal) => byId.get(principal) ?? []));
  }

  #isEmptyOnce(id: string, chance: number): boolean {
    if (this.#emptied.delete(id) || !this.#chance(chance)) return false;
    this.#emptied.add(id);
    return true;
  }

  /** The tenant as the replica that answers now has it. */
  #replica(lags: number): TenantState {
    const { history, lagSeconds } = this.#tenant;
    const { position } = history;
    if (!this.#chance(lags)) return history.latest;
    const least = history.positionBefore(this.#now() - lagSeconds * 1000);
    return history.state(least + Math.floor(this.#random() * (position - least + 1)));
  }

  #delta<T>(
    resource: 'users' | 'groups',
    start: DeltaStart,
    entriesOf: (round: RoundOfDelta) => readonly T[],
  ): GraphAnswer<DeltaPage<T>> {
    const { permissions, tokenAge, history } = this.#tenant;
    if (!permissions[resource]) return forbidden;
    const fault = this.#fault(start.kind === 'link');
    if (fault !== undefined) return faulty(fault);
    const link = start.kind === 'link' ? start.link : '';
    if (link.startsWith('next:')) return read(this.#pages.get(link) as DeltaPage<T>);
    const state = this.#replica(this.#faults.laggingDeltas);
    const tokenAt = (position: number) => `delta:${position}:${tokenAge}`;
    if (start.kind === 'now') return read({ items: [], fingerprint: '', delta: tokenAt(state.position) });
    const [, at, age] = link.split(':').map(Number);
    if (age !== undefined && age !== tokenAge) return resyncRequired;
    const round = String(this.#rounds++);
    const delta = tokenAt(Math.max(state.position, at ?? 0));
    const from = at === undefined ? undefined : this.#beginning(at);
    const entries = entriesOf({
      state,
      changes: from === undefined ? undefined : history.changesBetween(from, state.position, resource),
      versionsOf: (id) => history.versionsBetween(from ?? 0, state.position, { resource, id }),
      random: this.#random,
      isDisordered: () => this.#chance(this.#faults.disorder),
      isSparse: () => this.#chance(this.#faults.sparse),
      mayReadHidden: permissions.hiddenMembers,
    });
    const isEmpty = () => this.#chance(this.#faults.emptyPages);
    const pages = pagesOf(entries, { round, delta, random: this.#random, isEmpty });
    for (const [index, page] of pages.entries()) this.#pages.set(`next:${round}:${index}`, page);
    return read(pages[0] as DeltaPage<T>);
  }

  #beginning(token: number): number {
    return token > replayed && this.#chance(this.#faults.replays) ? token - replayed : token;
  }

  /** Live objects by id, a few to a page. */
  #list<Id extends string>(
    resource: 'users' | 'groups',
    link = '',
  ): GraphAnswer<ListPage<{ readonly kind: 'present'; readonly id: Id; readonly fields: JsonObject }>> {
    if (!this.#tenant.permissions[resource]) return forbidden;
    const fault = this.#listFault(link);
    if (fault !== undefined) return faulty(fault);
    const objects = this.#replica(this.#faults.laggingLists)[resource];
    return read(
      pageAfter(link, [...objects.keys()], (id) => {
        const { life, fields } = objects.get(id) ?? { life: 'gone', fields: {} };
        return life === 'live' ? [{ kind: 'present' as const, id: id as Id, fields }] : [];
      }),
    );
  }

  #memberList(id: string, link = ''): GraphAnswer<ListPage<MemberEntry>> {
    const { permissions } = this.#tenant;
    if (!permissions.groups) return forbidden;
    const fault = this.#listFault(link);
    if (fault !== undefined) return faulty(fault);
    const state = this.#replica(this.#faults.laggingLists);
    const group = state.groups.get(id);
    if (group?.life !== 'live' || this.#chance(this.#faults.listsNotFound)) return notFound('no such group');
    const members = new Map(
      shownMembers(state, group, permissions.hiddenMembers).map((member) => [member.id, member]),
    );
    return read(pageAfter(link, [...members.keys()], (member) => members.get(member) ?? []));
  }

  #groupsOf({ kind, id }: MemberToAsk, link = ''): GraphAnswer<ListPage<MemberEntry>> {
    const fault = this.#listFault(link);
    if (fault !== undefined) return faulty(fault);
    const { users, groups } = this.#replica(this.#faults.staleAnswers);
    if ((kind === 'user' ? users : groups).get(id)?.life !== 'live') return notFound('no such object');
    const holders = [...groups].filter(([, { life, members }]) => life === 'live' && members.has(id));
    return read(
      pageAfter(link, [administrativeUnit, ...holders.map(([holder]) => holder)], (holder) => [
        { id: holder, type: holder === administrativeUnit ? 'other' : 'group', removed: false },
      ]),
    );
  }

  #listFault(link: string): GraphFault | undefined {
    if (this.#chance(this.#faults.goneInLists)) return resyncRequired.fault;
    return this.#fault(link !== '');
  }

  #fault(onLink: boolean): GraphFault | undefined {
    const { throttled, transient, malformed, resync, tokenDead } = this.#faults;
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

/** Objects are in more than groups. */
const administrativeUnit = '77777777-0000-4000-8000-000000000000';
