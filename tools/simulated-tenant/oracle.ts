import type { TenantView } from './graph/tenant-view.ts';
import type { TenantGroup, TenantObject, TenantUser } from './tenant-objects.ts';

/** The tenant, now or as it was. */
export type Facts = Pick<TenantView, 'users' | 'groups' | 'object' | 'assignments' | 'domains'>;

/** The groups whose members are asked for: all live ones, or the roots that a scope starts from. */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'selected'; readonly groups: readonly string[]; readonly withNested?: boolean }
  /** Groups assigned to the enterprise application; `subtree` also means every group below one of them. */
  | { readonly kind: 'assigned'; readonly reading: 'literal' | 'effective' | 'subtree' };

/** Live users that are directly in this group, when the group itself is live. */
export function directUsers(tenant: Facts, group: string): ReadonlySet<string> {
  return new Set(
    liveMembers(tenant, group)
      .filter((member) => member.kind === 'user')
      .map(({ id }) => id),
  );
}

/** Live users in this group through any chain of live groups: a plain depth-first search, with its own stack. */
export function effectiveUsers(tenant: Facts, root: string): ReadonlySet<string> {
  const users = new Set<string>();
  const seen = new Set([root]);
  const stack = [root];
  for (let group = stack.pop(); group !== undefined; group = stack.pop()) {
    for (const member of liveMembers(tenant, group)) {
      if (member.kind === 'user') users.add(member.id);
      if (member.kind !== 'group' || seen.has(member.id)) continue;
      seen.add(member.id);
      stack.push(member.id);
    }
  }
  return users;
}

/** Effective members of every group in scope, by group id: the answer a synchronization has to reach. */
export function effectiveMembership(
  tenant: Facts,
  scope: Scope = { kind: 'all' },
): ReadonlyMap<string, ReadonlySet<string>> {
  const membersOf = scope.kind === 'assigned' && scope.reading === 'literal' ? directUsers : effectiveUsers;
  return new Map(groupsInScope(tenant, scope).map((group) => [group, membersOf(tenant, group)]));
}

/** Users in scope by id: assigned ones and members of groups in scope; for `all` every live user. */
export function usersInScope(tenant: Facts, scope: Scope): ReadonlySet<string> {
  if (scope.kind === 'all') return new Set(liveOf(tenant.users));
  const users = new Set([...effectiveMembership(tenant, scope).values()].flatMap((members) => [...members]));
  if (scope.kind === 'assigned') {
    for (const id of liveOf(tenant.users)) if (assignedTo(tenant).has(id)) users.add(id);
  }
  return users;
}

/** Who of the live users counts, by the rules that an admin sets about people. */
export interface PeopleRules {
  readonly guests: boolean;
  /** Users of type member whose home is another tenant. */
  readonly foreignMembers: boolean;
  /** What the sign-in name of one's own people has to end in; undefined where anything will do. */
  readonly domains?: 'any verified one' | readonly string[];
}

/** What a directory of that scope has to hold: effective members of its groups, and its users. */
export function expectedDirectory(
  tenant: Facts,
  { scope, rules }: { readonly scope: Scope; readonly rules: PeopleRules },
): { readonly members: ReadonlyMap<string, ReadonlySet<string>>; readonly users: ReadonlySet<string> } {
  const counts = (id: string) => {
    const user = tenant.users.get(id);
    return user !== undefined && mayCome(tenant, rules, user);
  };
  const ofThese = (users: ReadonlySet<string>) => new Set([...users].filter(counts));
  const members = [...effectiveMembership(tenant, scope)].map(
    ([group, users]) => [group, ofThese(users)] as const,
  );
  return { members: new Map(members), users: ofThese(usersInScope(tenant, scope)) };
}

function mayCome({ domains }: Facts, rules: PeopleRules, user: TenantUser): boolean {
  const isInvited = user.userPrincipalName.toUpperCase().includes('#EXT#');
  const isGuest = user.userType === 'Guest' || (user.userType === null && isInvited);
  if (isGuest) return rules.guests;
  if (isInvited) return rules.foreignMembers;
  if (rules.domains === undefined) return true;
  const home = user.userPrincipalName.split('@').at(-1)?.toLowerCase();
  const isVerified = domains.some(({ id, isVerified: is }) => is && id === home);
  return isVerified && (rules.domains === 'any verified one' || rules.domains.some((name) => name === home));
}

/** The longest chain of live groups without a repetition on the way down from any group; a cycle counts once. */
export function nestingDepth(tenant: Facts): number {
  const depths = new Map<string, number>();
  const depthOf = (group: string): number => {
    const known = depths.get(group);
    if (known !== undefined) return known;
    depths.set(group, 0);
    const children = liveMembers(tenant, group).filter(({ kind }) => kind === 'group');
    const depth = 1 + Math.max(0, ...children.map(({ id }) => depthOf(id)));
    depths.set(group, depth);
    return depth;
  };
  return Math.max(0, ...liveOf(tenant.groups).map(depthOf));
}

function groupsInScope(tenant: Facts, scope: Scope): readonly string[] {
  switch (scope.kind) {
    case 'all':
      return liveOf(tenant.groups);
    case 'selected': {
      const chosen = scope.groups.filter((id) => tenant.groups.get(id)?.life === 'live');
      return scope.withNested === true ? withDescendants(tenant, chosen) : chosen;
    }
    case 'assigned': {
      const principals = assignedTo(tenant);
      const assigned = liveOf(tenant.groups).filter((id) => principals.has(id));
      return scope.reading === 'subtree' ? withDescendants(tenant, assigned) : assigned;
    }
  }
}

const assignedTo = ({ assignments }: Facts): ReadonlySet<string> =>
  new Set(assignments.map(({ principalId }) => principalId));

function withDescendants(tenant: Facts, roots: readonly string[]): readonly string[] {
  const seen = new Set(roots);
  for (const group of seen) {
    for (const member of liveMembers(tenant, group)) if (member.kind === 'group') seen.add(member.id);
  }
  return [...seen];
}

function liveMembers(tenant: Facts, id: string): TenantObject[] {
  const group: TenantGroup | undefined = tenant.groups.get(id);
  if (group?.life !== 'live') return [];
  return [...group.members]
    .map((member) => tenant.object(member))
    .filter((member) => member !== undefined)
    .filter((member) => member.life === 'live');
}

const liveOf = (objects: ReadonlyMap<string, TenantObject>): string[] =>
  [...objects.values()].filter(({ life }) => life === 'live').map(({ id }) => id);
