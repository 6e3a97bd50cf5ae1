import type {
  AppRoleAssignment,
  Change,
  ChangeFacts,
  GroupProperties,
  Life,
  TenantDomain,
  TenantGroup,
  TenantObject,
  TenantOther,
  TenantUser,
  UserProperties,
} from './tenant-objects.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type GroupRow = Mutable<TenantGroup> & { members: Set<string> };

/**
 * A simulated Entra tenant: users, groups, direct memberships of any kind and one enterprise application.
 * Every change passes through a method, which also writes the change log that delta queries and provisioning cycles read.
 */
export class Tenant {
  readonly id: string;
  readonly displayName: string;
  readonly applicationId: string;
  readonly seed: string;
  /** Milliseconds since 1970, for the time of creation; whoever serves the tenant sets its clock. */
  now: () => number = () => Date.UTC(2025, 0, 1);
  readonly #users = new Map<string, Mutable<TenantUser>>();
  readonly #groups = new Map<string, GroupRow>();
  readonly #others = new Map<string, Mutable<TenantOther>>();
  readonly #groupsOf = new Map<string, Set<string>>();
  readonly #domains = new Map<string, TenantDomain>();
  readonly #assignments = new Map<string, AppRoleAssignment>();
  readonly #changes: Change[] = [];
  /** When each change was made. */
  readonly #times: number[] = [];
  readonly #histories = new Map<string, Change[]>();

  constructor(facts: { id: string; displayName: string; applicationId: string; seed: string }) {
    this.id = facts.id;
    this.displayName = facts.displayName;
    this.applicationId = facts.applicationId;
    this.seed = facts.seed;
  }

  get users(): ReadonlyMap<string, TenantUser> {
    return this.#users;
  }

  get groups(): ReadonlyMap<string, TenantGroup> {
    return this.#groups;
  }

  get others(): ReadonlyMap<string, TenantOther> {
    return this.#others;
  }

  get domains(): readonly TenantDomain[] {
    return [...this.#domains.values()];
  }

  get assignments(): readonly AppRoleAssignment[] {
    return [...this.#assignments.values()];
  }

  /** The position of the newest change: the watermark of a reader who has seen everything. */
  get position(): number {
    return this.#changes.length;
  }

  /** Milliseconds since 1970, of the change at this position; undefined when there was none yet. */
  changedAt(position: number): number | undefined {
    return this.#times[position - 1];
  }

  changesSince(position: number): readonly Change[] {
    return this.#changes.slice(position);
  }

  /** Changes of one object in their order; those of its memberships are left out. */
  historyOf(id: string): readonly Change[] {
    return this.#histories.get(id) ?? [];
  }

  object(id: string): TenantObject | undefined {
    return this.#users.get(id) ?? this.#groups.get(id) ?? this.#others.get(id);
  }

  /** The groups that hold this object as a direct member, whether they are live or not. */
  groupsOf(id: string): readonly string[] {
    return [...(this.#groupsOf.get(id) ?? [])];
  }

  isAssigned(id: string): boolean {
    return this.#assignments.has(id);
  }

  assignmentOf(principalId: string): AppRoleAssignment | undefined {
    return this.#assignments.get(principalId);
  }

  addUser(id: string, properties: UserProperties): void {
    this.#users.set(id, {
      kind: 'user',
      id,
      life: 'live',
      wasEnabled: properties.accountEnabled,
      ...properties,
      createdDateTime: this.#time(),
    });
    this.#log({ kind: 'created', id });
  }

  addGroup(id: string, properties: GroupProperties): void {
    const created = { life: 'live', members: new Set<string>(), createdDateTime: this.#time() } as const;
    this.#groups.set(id, { kind: 'group', id, ...properties, ...created });
    this.#log({ kind: 'created', id });
  }

  addOther(other: TenantOther): void {
    this.#others.set(other.id, { ...other });
    this.#log({ kind: 'created', id: other.id });
  }

  changeUser(id: string, change: Partial<UserProperties>): void {
    const user = this.#user(id);
    Object.assign(user, change);
    user.wasEnabled ||= user.accountEnabled;
    this.#log({ kind: 'changed', id, properties: Object.keys(change) });
  }

  changeGroup(id: string, change: Partial<GroupProperties>): void {
    Object.assign(this.#group(id), change);
    this.#log({ kind: 'changed', id, properties: Object.keys(change) });
  }

  /** Adds a direct member of any kind; nothing happens when it is one already. */
  addMember(group: string, member: string): boolean {
    const { members } = this.#group(group);
    if (members.has(member)) return false;
    members.add(member);
    const groups = this.#groupsOf.get(member) ?? new Set();
    this.#groupsOf.set(member, groups.add(group));
    this.#log({ kind: 'member', id: group, member, added: true });
    return true;
  }

  removeMember(group: string, member: string): boolean {
    if (!this.#group(group).members.delete(member)) return false;
    this.#groupsOf.get(member)?.delete(group);
    this.#log({ kind: 'member', id: group, member, added: false });
    return true;
  }

  /** Deletes a user or a group the way the portal does: restorable where Entra can restore it. */
  delete(id: string): void {
    const group = this.#groups.get(id);
    if (group !== undefined && !group.deletesSoftly) {
      this.purge(id);
    } else {
      this.#live(id, 'soft-deleted');
      this.#log({ kind: 'soft-deleted', id });
    }
  }

  restore(id: string): void {
    this.#live(id, 'live');
    this.#log({ kind: 'restored', id });
  }

  /** Deletes for good: memberships in both directions and references to a manager end, without an entry of their own. */
  purge(id: string): void {
    this.#live(id, 'gone');
    for (const group of this.groupsOf(id)) this.#groups.get(group)?.members.delete(id);
    this.#groupsOf.delete(id);
    const own = this.#groups.get(id);
    for (const member of own?.members ?? []) this.#groupsOf.get(member)?.delete(id);
    own?.members.clear();
    this.#assignments.delete(id);
    this.#log({ kind: 'hard-deleted', id });
    for (const user of this.#users.values()) {
      if (user.managerId === id) this.changeUser(user.id, { managerId: null });
    }
  }

  assign(principalId: string, assignment: Omit<AppRoleAssignment, 'principalId'>): void {
    this.#assignments.set(principalId, { principalId, ...assignment });
    this.#log({ kind: 'assigned', id: principalId });
  }

  unassign(principalId: string): void {
    if (this.#assignments.delete(principalId)) this.#log({ kind: 'unassigned', id: principalId });
  }

  setDomain(domain: TenantDomain): void {
    this.#domains.set(domain.id, domain);
    this.#log({ kind: 'domain', id: domain.id });
  }

  removeDomain(id: string): void {
    if (this.#domains.delete(id)) this.#log({ kind: 'domain', id });
  }

  #time(): string {
    return new Date(this.now()).toISOString();
  }

  #log(facts: ChangeFacts): void {
    const change = { position: this.#changes.length + 1, ...facts };
    this.#changes.push(change);
    this.#times.push(this.now());
    if (change.kind === 'member') return;
    const history = this.#histories.get(change.id);
    if (history === undefined) this.#histories.set(change.id, [change]);
    else history.push(change);
  }

  #live(id: string, life: Life): void {
    const object = this.#users.get(id) ?? this.#groups.get(id) ?? this.#others.get(id);
    if (object === undefined) throw new Error(`the tenant has no object ${id}`);
    if (object.life === 'gone') throw new Error(`${id} is gone for good`);
    object.life = life;
  }

  #user(id: string): Mutable<TenantUser> {
    const user = this.#users.get(id);
    if (user === undefined) throw new Error(`the tenant has no user ${id}`);
    return user;
  }

  #group(id: string): GroupRow {
    const group = this.#groups.get(id);
    if (group === undefined) throw new Error(`the tenant has no group ${id}`);
    return group;
  }
}
