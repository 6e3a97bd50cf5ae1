import type { JsonObject } from '../../../shared/model/json.ts';
import type { GraphReader, MemberType, Permissions, TenantDomain } from '../../../shared/sync/graph-port.ts';
import { defaultNestedSettings } from '../../../shared/sync/settings.ts';
import { type FakeFaults, noFaults } from './fake-faults.ts';
import { FakeGraph } from './fake-graph.ts';
import { truthOf } from './oracle.ts';
import type { ReadTenant } from './read-tenant.ts';
import {
  type FakeGroup,
  type FakeUser,
  type Life,
  type Registered,
  TenantHistory,
} from './tenant-history.ts';

export const fakeTenantId = '11111111-2222-4333-8444-555555555555';

export const fakeDomains: readonly TenantDomain[] = [
  { name: 'rookery.example', isVerified: true, isDefault: true, isInitial: false },
];

export const allPermissions: Permissions = {
  users: true,
  groups: true,
  domains: true,
  hiddenMembers: true,
  applications: true,
};

/** A small tenant in the process: its objects, their past, and a Graph over it that behaves as badly as asked. */
export class FakeTenant implements ReadTenant {
  readonly id = fakeTenantId;
  readonly history: TenantHistory;
  readonly #graph: FakeGraph;
  faults: FakeFaults = noFaults;
  /** What the credential may read. */
  permissions: Permissions = allPermissions;
  /** Tokens of another age are dead: 410. */
  tokenAge = 0;
  /** After so long every replica has heard of a change. */
  lagSeconds = 60;

  constructor(random: () => number, now: () => number = () => 0) {
    this.history = new TenantHistory(now, { domains: fakeDomains, applications: new Map() });
    this.#graph = new FakeGraph(this, { random, now });
  }

  get users(): ReadonlyMap<string, FakeUser> {
    return this.history.latest.users;
  }

  get groups(): ReadonlyMap<string, FakeGroup> {
    return this.history.latest.groups;
  }

  get registered(): Registered {
    return this.history.latest.registered;
  }

  setRegistered(change: Partial<Registered>): void {
    this.history.change(
      { resource: 'registered', id: '' },
      { registered: { ...this.registered, ...change } },
    );
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

  /** "group user" for every effective membership, where all of it is in scope. */
  effectivePairs(): ReadonlySet<string> {
    return truthOf(this.history.latest, defaultNestedSettings).pairs;
  }

  graph(): GraphReader {
    return this.#graph.reader();
  }
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
