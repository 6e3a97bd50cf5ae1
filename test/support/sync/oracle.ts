import type { JsonObject } from '../../../shared/model/json.ts';
import type { NestedSettings } from '../../../shared/sync/settings.ts';
import type { Registered, TenantState } from './tenant-history.ts';

/** What a directory has to know of a tenant. */
export interface Truth {
  readonly users: ReadonlySet<string>;
  /** Live users that do not belong to the directory, and why. */
  readonly outside: ReadonlyMap<string, string>;
  /** Groups whose members are told. */
  readonly groups: ReadonlySet<string>;
  /** "group user" for every effective membership. */
  readonly pairs: ReadonlySet<string>;
}

type Rules = Pick<
  NestedSettings,
  'scope' | 'guests' | 'treatForeignMembersAs' | 'verifiedDomainsOnly' | 'domains'
>;

/**
 * By plain depth-first search and the rules as docs/nested-directories.md has them, without a line of what is tested here. Who is
 * assigned and which domains are verified may be known as of another moment.
 */
export function truthOf(state: TenantState, rules: Rules, registered: Registered = state.registered): Truth {
  const reasons = new Map(
    [...state.users].flatMap(([id, { life, fields }]): readonly [string, string | undefined][] =>
      life === 'live' ? [[id, whyOut(fields, rules, registered)]] : [],
    ),
  );
  const counts = (user: string) => reasons.has(user) && reasons.get(user) === undefined;
  const assigned = assignedTo(rules, registered);
  const roots = rootsOf(state, rules, assigned);
  const membersOf = (group: string) =>
    [...(isLiteral(rules) ? directUsers(state, group) : usersBelow(state, group))].filter(counts);
  const reached = new Set([...(assigned?.users ?? []), ...roots.flatMap(membersOf)]);
  const isReached = (user: string) => rules.scope.kind === 'all' || reached.has(user);
  const groups = new Set(withNested(rules) ? roots.flatMap((root) => [...groupsBelow(state, root)]) : roots);
  return {
    users: new Set([...reasons.keys()].filter((user) => counts(user) && isReached(user))),
    outside: new Map(
      [...reasons].flatMap(([user, why]): readonly [string, string][] => {
        const reason = why ?? (isReached(user) ? undefined : 'not-in-scope');
        return reason === undefined ? [] : [[user, reason]];
      }),
    ),
    groups,
    pairs: new Set([...groups].flatMap((group) => membersOf(group).map((user) => `${group} ${user}`))),
  };
}

/** Guests and members of other tenants come by their own settings; the rules about domains are for all others (XA-06, XA-07, XA-50). */
function whyOut(fields: JsonObject, rules: Rules, { domains }: Registered): string | undefined {
  const name = String(fields['userPrincipalName'] ?? '').toLowerCase();
  const isForeign = name.includes('#ext#');
  const type = fields['userType'];
  const isGuest = typeof type === 'string' ? type.toLowerCase() === 'guest' : isForeign;
  if (isGuest) return rules.guests === 'exclude' ? 'guest-excluded' : undefined;
  if (isForeign) return rules.treatForeignMembersAs === 'out-of-scope' ? 'foreign-member' : undefined;
  if (!rules.verifiedDomainsOnly && rules.domains === undefined) return undefined;
  const domain = name.slice(name.indexOf('@') + 1);
  const isVerified = domains.some((known) => known.name === domain && known.isVerified);
  if (!isVerified) return 'unverified-domain';
  return rules.domains?.includes(domain) === false ? 'domain-not-chosen' : undefined;
}

/** Of the application in scope; undefined with another scope. */
function assignedTo({ scope }: Rules, { applications }: Registered) {
  if (scope.kind !== 'application') return undefined;
  const assignments = applications.get(scope.servicePrincipalId) ?? [];
  const of = (type: string) =>
    assignments.flatMap(({ principalType, principalId }) => (principalType === type ? [principalId] : []));
  return { users: of('User'), groups: of('Group') };
}

function rootsOf(
  { groups }: TenantState,
  { scope }: Rules,
  assigned: ReturnType<typeof assignedTo>,
): readonly string[] {
  const roots = scope.kind === 'groups' ? scope.groups : (assigned?.groups ?? [...groups.keys()]);
  return roots.filter((id) => groups.get(id)?.life === 'live');
}

const isLiteral = ({ scope }: Rules) => scope.kind === 'application' && scope.reading === 'literal';

const withNested = ({ scope }: Rules) =>
  (scope.kind === 'groups' && scope.includeNestedGroups) ||
  (scope.kind === 'application' && scope.reading === 'subtree');

const directUsers = ({ groups }: TenantState, id: string): readonly string[] =>
  [...(groups.get(id)?.members ?? [])].flatMap(([member, type]) => (type === 'user' ? [member] : []));

/** A live group and the live groups below it. */
function groupsBelow(state: TenantState, id: string, seen = new Set<string>()): ReadonlySet<string> {
  const group = state.groups.get(id);
  if (group?.life !== 'live' || seen.has(id)) return seen;
  seen.add(id);
  for (const [member, type] of group.members) if (type === 'group') groupsBelow(state, member, seen);
  return seen;
}

const usersBelow = (state: TenantState, id: string): ReadonlySet<string> =>
  new Set([...groupsBelow(state, id)].flatMap((group) => directUsers(state, group)));
