import type { GraphAnswer, Permissions } from '../sync/graph-port.ts';
import { faultOf, together } from './graph-answer.ts';
import type { GraphClient } from './graph-client.ts';
import { GraphFailure, type GraphFailureKind } from './graph-failure.ts';

/**
 * What the credential may read, found by reading one object of each kind side by side: a token's roles may be older than the
 * consent, and Graph enforces neither the same second. Hidden members fail silently, so there only the token's
 * word counts, or, where it tells no roles, what Graph shows of the group itself.
 */
export async function permissionsOf(
  client: GraphClient,
  options: { readonly grantedRoles: () => Promise<ReadonlySet<string> | undefined> },
): Promise<GraphAnswer<Permissions>> {
  const answers = await Promise.all(probes.map((probe) => probed(client, probe)));
  const found: Found[] = [];
  const spent = together(answers);
  for (const given of answers) {
    if (given.kind === 'fault') return { ...given, ...spent };
    found.push(given.value);
  }
  const [users, groups, domains, applications] = found;
  const roles = await options
    .grantedRoles()
    .then((names) => ({ kind: 'read', names }) as const)
    .catch(faultOf);
  if (roles.kind === 'fault') return { ...roles, ...spent };
  const hiddenMembers = roles.names?.has('Member.Read.Hidden') ?? false;
  return {
    kind: 'read',
    value: {
      // A Graph that does not know these lists has refused nothing: the round itself tells.
      users: users !== 'forbidden',
      groups: groups !== 'forbidden',
      domains: domains === 'granted',
      hiddenMembers,
      ...(roles.names === undefined ? { hiddenUnknown: true } : {}),
      applications: applications === 'granted',
    },
    ...spent,
  };
}

type Found = 'granted' | GraphFailureKind;

interface Probe {
  readonly path: string;
  /** Failures that are an answer to the question, and no outage. */
  readonly words: readonly GraphFailureKind[];
}

const probes: readonly Probe[] = [
  { path: '/users', words: ['forbidden', 'not-found', 'refused'] },
  { path: '/groups', words: ['forbidden', 'not-found', 'refused'] },
  // Domains that were confirmed are not gone because they were asked for in a way that Graph did not understand.
  { path: '/domains', words: ['forbidden', 'not-found'] },
  { path: '/servicePrincipals', words: ['forbidden', 'not-found', 'refused'] },
];

async function probed(client: GraphClient, { path, words }: Probe): Promise<GraphAnswer<Found>> {
  try {
    const reading = await client.read({ path, query: { $select: 'id', $top: '1' }, resourceUnits: 1 });
    return { kind: 'read', value: 'granted', calls: reading.calls, resourceUnits: reading.resourceUnits };
  } catch (error) {
    const faulty = faultOf(error);
    const isWord = error instanceof GraphFailure && words.includes(error.kind);
    return isWord ? { kind: 'read', value: error.kind, ...together([faulty]) } : faulty;
  }
}
