import type { JsonObject } from '../../../shared/model/json.ts';
import type { MemberType } from '../../../shared/sync/graph-port.ts';

export type Life = 'live' | 'soft-deleted' | 'gone';

export interface FakeUser {
  readonly life: Life;
  readonly fields: JsonObject;
}

export interface FakeGroup extends FakeUser {
  readonly members: ReadonlyMap<string, MemberType>;
}

export interface TenantChange {
  readonly resource: 'users' | 'groups';
  readonly id: string;
  /** Of an edge: which member, and what happened. */
  readonly edge?: { readonly member: string; readonly type: MemberType; readonly removed: boolean };
}

/** A tenant as it was after its first `position` changes. */
export interface TenantState {
  readonly position: number;
  readonly users: ReadonlyMap<string, FakeUser>;
  readonly groups: ReadonlyMap<string, FakeGroup>;
}

type Objects = Pick<TenantState, 'users' | 'groups'>;

/** A small tenant with all of its past: whoever is behind sees one of its earlier states. */
export class TenantHistory {
  readonly #states: { readonly state: TenantState; readonly at: number }[];
  readonly #changes: TenantChange[] = [];
  readonly #pairs = new Map<number, ReadonlySet<string>>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#states = [{ state: { position: 0, users: new Map(), groups: new Map() }, at: now() }];
  }

  get position(): number {
    return this.#changes.length;
  }

  get latest(): TenantState {
    return this.state(this.position);
  }

  state(position: number): TenantState {
    const found = this.#states[position];
    if (found === undefined) throw new Error(`there was no position ${position} yet`);
    return found.state;
  }

  /** The last position that is as old as this: what every replica has heard of. */
  positionBefore(time: number): number {
    return Math.max(
      0,
      this.#states.findLastIndex(({ at }) => at <= time),
    );
  }

  changesBetween(from: number, to: number, resource: TenantChange['resource']): readonly TenantChange[] {
    return this.#changes.slice(from, to).filter((change) => change.resource === resource);
  }

  /** Those who were live at both ends and soft-deleted in between. */
  sleptWithin({
    resource,
    from,
    to,
  }: {
    resource: 'users' | 'groups';
    from: number;
    to: number;
  }): readonly string[] {
    const lifeAt = (position: number, id: string) => this.state(position)[resource].get(id)?.life;
    const between = Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
    return [...this.state(to)[resource].keys()].filter(
      (id) =>
        lifeAt(from, id) === 'live' &&
        lifeAt(to, id) === 'live' &&
        between.some((position) => lifeAt(position, id) === 'soft-deleted'),
    );
  }

  change(change: TenantChange, become: (latest: Objects) => Objects): void {
    const position = this.#changes.push(change);
    const { users, groups } = become(
      this.#states[position - 1]?.state ?? { users: new Map(), groups: new Map() },
    );
    this.#states.push({ state: { position, users, groups }, at: this.#now() });
  }

  /** "group user" for every effective membership at a position, by plain depth-first search. */
  effectivePairs(position = this.position): ReadonlySet<string> {
    const known = this.#pairs.get(position);
    if (known !== undefined) return known;
    const state = this.state(position);
    const pairs = new Set<string>();
    for (const [id, { life }] of state.groups) {
      if (life !== 'live') continue;
      for (const user of usersBelow(state, id, new Set())) pairs.add(`${id} ${user}`);
    }
    this.#pairs.set(position, pairs);
    return pairs;
  }
}

function usersBelow(state: TenantState, id: string, seen: Set<string>): Set<string> {
  const found = new Set<string>();
  const group = state.groups.get(id);
  if (group?.life !== 'live' || seen.has(id)) return found;
  seen.add(id);
  for (const [member, type] of group.members) {
    if (type === 'user' && state.users.get(member)?.life === 'live') found.add(member);
    if (type === 'group') for (const user of usersBelow(state, member, seen)) found.add(user);
  }
  return found;
}

/** A group and all groups below it. */
export function groupsBelow({ groups }: TenantState, root: string): ReadonlySet<string> {
  const found = new Set([root]);
  for (const id of found)
    for (const [member, type] of groups.get(id)?.members ?? []) if (type === 'group') found.add(member);
  return found;
}

export const isAsleep = ({ users, groups }: TenantState, id: string) =>
  (users.get(id) ?? groups.get(id))?.life === 'soft-deleted';
