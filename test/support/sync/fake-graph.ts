import type { DeltaPage, DeltaStart, GraphAnswer, GraphReader } from '../../../shared/sync/graph-port.ts';
import { faulty, forbidden, notFound, read, resyncRequired } from './fake-answers.ts';
import { FakeAssignments } from './fake-assignments.ts';
import { groupsOf, memberList, objectList } from './fake-lists.ts';
import { FakeMoods } from './fake-moods.ts';
import type { ReadTenant } from './read-tenant.ts';
import { groupEntries, pagesOf, type RoundOfDelta, userEntries } from './tenant-delta.ts';

/** Reads a tenant as badly as its faults say. */
export class FakeGraph {
  readonly #tenant: ReadTenant;
  readonly #moods: FakeMoods;
  readonly #assignments: FakeAssignments;
  readonly #pages = new Map<string, DeltaPage<unknown>>();
  #rounds = 0;

  constructor(tenant: ReadTenant, chance: { random: () => number; now: () => number }) {
    this.#tenant = tenant;
    this.#moods = new FakeMoods(tenant, chance);
    this.#assignments = new FakeAssignments(this.#moods);
  }

  reader(): GraphReader {
    const moods = this.#moods;
    return {
      usersDelta: async (start) => this.#delta('users', start, userEntries),
      groupsDelta: async (start) => this.#delta('groups', start, groupEntries),
      userList: async (link) => objectList(moods, 'users', link),
      groupList: async (link) => objectList(moods, 'groups', link),
      groupMembers: async (group, link) => memberList(moods, group, link),
      groupsOf: async (member, link) => groupsOf(moods, member, link),
      user: async (id) => {
        const user = moods.replica(moods.faults.staleAnswers).users.get(id);
        if (user?.life !== 'live') return notFound('no such user');
        return read({ kind: 'present' as const, id, fields: user.fields });
      },
      organization: async () => this.#checked({ tenantId: this.#tenant.id, displayName: 'Rookery' }),
      domains: async () =>
        this.#tenant.permissions.domains
          ? this.#checked(this.#tenant.history.latest.registered.domains)
          : forbidden,
      appRoleAssignedTo: async (application, link) => this.#assignments.of(application, link),
      permissions: async () => this.#checked(this.#tenant.permissions),
    };
  }

  #checked<T>(value: T): GraphAnswer<T> {
    const fault = this.#moods.checkFault();
    return fault === undefined ? read(value) : faulty(fault);
  }

  #delta<T>(
    resource: 'users' | 'groups',
    start: DeltaStart,
    entriesOf: (round: RoundOfDelta) => readonly T[],
  ): GraphAnswer<DeltaPage<T>> {
    const moods = this.#moods;
    const { faults, random } = moods;
    const { permissions, tokenAge, history } = this.#tenant;
    if (!permissions[resource]) return forbidden;
    const fault = moods.fault(start.kind === 'link');
    if (fault !== undefined) return faulty(fault);
    const link = start.kind === 'link' ? start.link : '';
    if (link.startsWith('next:')) return read(this.#pages.get(link) as DeltaPage<T>);
    const state = moods.replica(faults.laggingDeltas);
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
      random,
      isDisordered: () => moods.chance(faults.disorder),
      isSparse: () => moods.chance(faults.sparse),
      mayReadHidden: permissions.hiddenMembers,
    });
    const isEmpty = () => moods.chance(faults.emptyPages);
    const pages = pagesOf(entries, { round, delta, random, isEmpty });
    for (const [index, page] of pages.entries()) this.#pages.set(`next:${round}:${index}`, page);
    return read(pages[0] as DeltaPage<T>);
  }

  #beginning(token: number): number {
    return token > replayed && this.#moods.chance(this.#moods.faults.replays) ? token - replayed : token;
  }
}

/** Changes that a replayed round tells once more. */
const replayed = 4;
