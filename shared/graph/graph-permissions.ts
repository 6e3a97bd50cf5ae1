import type { GraphAnswer, Permissions } from '../sync/graph-port.ts';
import { answer, faultOf, together } from './graph-answer.ts';
import type { GraphClient } from './graph-client.ts';

/**
 * What the credential may read, found by reading one object of each kind side by side: a token's roles may be older than the
 * consent, and Graph enforces neither the same second. Hidden members fail silently, so there only the token's word counts.
 */
export async function permissionsOf(
  client: GraphClient,
  options: { readonly grantedRoles: () => Promise<ReadonlySet<string> | undefined> },
): Promise<GraphAnswer<Permissions>> {
  const probe = (path: string) =>
    answer(client.read({ path, query: { $select: 'id', $top: '1' }, resourceUnits: 1 }), () => true);
  const answers = await Promise.all(['/users', '/groups', '/domains', '/servicePrincipals'].map(probe));
  const granted: boolean[] = [];
  const spent = together(answers);
  for (const given of answers) {
    if (given.kind === 'fault' && !isMissing(given.fault.kind)) return { ...given, ...spent };
    granted.push(given.kind === 'read');
  }
  const [users = false, groups = false, domains = false, applications = false] = granted;
  const roles = await options
    .grantedRoles()
    .then((names) => ({ kind: 'read', names }) as const)
    .catch(faultOf);
  if (roles.kind === 'fault') return { ...roles, ...spent };
  const hiddenMembers = roles.names?.has('Member.Read.Hidden') ?? false;
  return {
    kind: 'read',
    value: { users, groups, domains, hiddenMembers, applications },
    ...spent,
  };
}

const isMissing = (kind: string): boolean => kind === 'forbidden' || kind === 'not-found';
