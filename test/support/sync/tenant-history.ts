import type { JsonObject } from '../../../shared/model/json.ts';
import type { Assignment, MemberType, TenantDomain } from '../../../shared/sync/graph-port.ts';

export type Life = 'live' | 'soft-deleted' | 'gone';

export interface FakeUser {
  readonly life: Life;
  readonly fields: JsonObject;
}

export interface FakeGroup extends FakeUser {
  readonly members: ReadonlyMap<string, MemberType>;
}

/** What administrators of the tenant have entered besides people and groups; no delta tells of it. */
export interface Registered {
  readonly domains: readonly TenantDomain[];
  /** Who is assigned, by the id of the application; undefined of one that was deleted. */
  readonly applications: ReadonlyMap<string, readonly Assignment[] | undefined>;
}

export interface TenantChange {
  readonly resource: 'users' | 'groups' | 'registered';
  readonly id: string;
  /** Of an edge: which member, and what happened. */
  readonly edge?: { readonly member: string; readonly type: MemberType; readonly removed: boolean };
}

/** A tenant as it was after its first `position` changes. */
export interface TenantState {
  readonly position: number;
  readonly users: ReadonlyMap<string, FakeUser>;
  readonly groups: ReadonlyMap<string, FakeGroup>;
  readonly registered: Registered;
}

/** What an object became with a change, by its position. */
type Versions<T> = Map<string, { readonly position: number; readonly object: T }[]>;

/** Objects that a change makes what they are from then on. */
export interface Becoming {
  readonly users?: ReadonlyMap<string, FakeUser>;
  readonly groups?: ReadonlyMap<string, FakeGroup>;
  readonly registered?: Registered;
}

/** A small tenant with all of its past: whoever is behind sees one of its earlier states. */
export class TenantHistory {
  readonly #users: Versions<FakeUser> = new Map();
  readonly #groups: Versions<FakeGroup> = new Map();
  readonly #registered: { readonly position: number; readonly what: Registered }[];
  readonly #latest = { users: new Map<string, FakeUser>(), groups: new Map<string, FakeGroup>() };
  readonly #changes: TenantChange[] = [];
  /** When each position was reached, milliseconds since 1970. */
  readonly #times: number[];
  readonly #states = new Map<number, TenantState>();
  readonly #now: () => number;

  constructor(now: () => number, registered: Registered) {
    this.#now = now;
    this.#registered = [{ position: 0, what: registered }];
    this.#times = [now()];
  }

  get position(): number {
    return this.#changes.length;
  }

  /** Goes on with the tenant. */
  get latest(): TenantState {
    return { position: this.position, ...this.#latest, registered: this.#registeredAt(this.position) };
  }

  state(position: number): TenantState {
    if (position === this.position) return this.latest;
    const known = this.#states.get(position);
    if (known !== undefined) return known;
    const state = {
      position,
      users: objectsAt(this.#users, position),
      groups: objectsAt(this.#groups, position),
      registered: this.#registeredAt(position),
    };
    this.#states.set(position, state);
    return state;
  }

  /** The last position that is as old as this: what every replica has heard of. */
  positionBefore(time: number): number {
    return Math.max(
      0,
      this.#times.findLastIndex((at) => at <= time),
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

  /** What an object was at a position and at each change of it until another; nothing when it was not there yet. */
  versionsBetween(from: number, to: number, of: Pick<TenantChange, 'resource' | 'id'>): readonly FakeUser[] {
    const versions = (of.resource === 'users' ? this.#users : this.#groups).get(of.id) ?? [];
    const first = versions.findLastIndex(({ position }) => position <= from);
    if (first < 0) return [];
    return versions.slice(first).flatMap(({ position, object }) => (position <= to ? [object] : []));
  }

  change(change: TenantChange, { users = new Map(), groups = new Map(), registered }: Becoming): void {
    const position = this.#changes.push(change);
    this.#times.push(this.#now());
    if (registered !== undefined) this.#registered.push({ position, what: registered });
    keep(users, position, { versions: this.#users, latest: this.#latest.users });
    keep(groups, position, { versions: this.#groups, latest: this.#latest.groups });
  }

  /** Each version of what is registered from a position on. */
  registeredSince(from: number): readonly Registered[] {
    const later = this.#registered.filter(({ position }) => position > from);
    return [this.#registeredAt(from), ...later.map(({ what }) => what)];
  }

  #registeredAt(position: number): Registered {
    return this.#registered.findLast((version) => version.position <= position)?.what ?? nothingRegistered;
  }
}

const nothingRegistered: Registered = { domains: [], applications: new Map() };

function keep<T>(
  objects: ReadonlyMap<string, T>,
  position: number,
  { versions, latest }: { versions: Versions<T>; latest: Map<string, T> },
): void {
  for (const [id, object] of objects) {
    latest.set(id, object);
    const known = versions.get(id) ?? [];
    versions.set(id, known);
    known.push({ position, object });
  }
}

function objectsAt<T>(versions: Versions<T>, position: number): ReadonlyMap<string, T> {
  return new Map(
    [...versions].flatMap(([id, known]): readonly [string, T][] => {
      const found = known.findLast((version) => version.position <= position);
      return found === undefined ? [] : [[id, found.object]];
    }),
  );
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
