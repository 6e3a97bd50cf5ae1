import { userBody, userName } from './company.ts';
import type { World } from './seed.ts';

/** A SCIM request, whoever answers it. */
export interface BenchRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/Users/…`, without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export interface BenchOperation {
  readonly name: string;
  readonly request: (world: World, turn: number) => BenchRequest;
  /** CPU per request that the protocol core is to stay under, milliseconds. */
  readonly cpuGoal?: number;
}

/** What Entra asks most, and what grows in servers that do not scale. */
export const operations = (world: World): readonly BenchOperation[] => [
  {
    name: 'filter userName eq',
    cpuGoal: 0.25,
    request: (_, turn) =>
      list('/Users', { filter: `userName eq "${userName(scattered(turn, world.users))}"` }),
  },
  {
    name: 'get user by id',
    cpuGoal: 0.2,
    request: (_, turn) => ({ method: 'GET', path: `/Users/${pick(world.userIds, turn)}` }),
  },
  {
    name: 'create user',
    cpuGoal: 0.4,
    request: (_, turn) => ({ method: 'POST', path: '/Users', body: userBody(10_000_000 + turn) }),
  },
  {
    name: 'patch user',
    request: (_, turn) => ({
      method: 'PATCH',
      path: `/Users/${pick(world.userIds, turn)}`,
      body: patch({ op: 'Replace', path: 'title', value: `Title ${turn}` }),
    }),
  },
  ...world.groups.map(
    (group): BenchOperation => ({
      name: `add a member to ${group.members.toLocaleString('en')}`,
      cpuGoal: 0.3,
      request: (_, turn) => ({
        method: 'PATCH',
        path: `/Groups/${group.id}`,
        body: patch({ op: 'Add', path: 'members', value: [{ value: pick(world.joinerIds, turn, 1) }] }),
      }),
    }),
  ),
  {
    name: 'largest group by name, no members',
    cpuGoal: 0.25,
    request: () =>
      list('/Groups', {
        filter: `displayName eq "${world.groups.at(-1)?.displayName}"`,
        excludedAttributes: 'members',
      }),
  },
  {
    name: 'first page of 100',
    cpuGoal: 3,
    request: () => list('/Users', { startIndex: '1', count: '100' }),
  },
  {
    name: 'last page of 100',
    cpuGoal: 3,
    request: () => list('/Users', { startIndex: String(Math.max(1, world.users - 99)), count: '100' }),
  },
];

export const patch = (...Operations: readonly object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
});

export const list = (path: string, query: Readonly<Record<string, string>>): BenchRequest => ({
  method: 'GET',
  path,
  query,
});

/** Walks all of `count` without keeping to neighbours, which caches like. */
const scattered = (turn: number, count: number): number => (turn * 7919) % count;

export function pick(ids: readonly string[], turn: number, stride = 7919): string {
  const id = ids[(turn * stride) % ids.length];
  if (id === undefined) throw new Error('nothing was seeded to pick from');
  return id;
}
