import { limits } from '../shared/model/limits.ts';
import { userBody, userName } from './company.ts';
import { type BenchRequest, list, patch } from './operations.ts';
import type { World } from './seed.ts';

export interface RoundTripBudget {
  readonly name: string;
  /** Round trips one after another that the request may take, beyond the key check. */
  readonly waves: number;
  readonly status: number;
  readonly request: BenchRequest;
  readonly before?: readonly BenchRequest[];
}

/** The budget of storage round trips: a change that exceeds one is a regression. Groups of 100, 300 and 3 members. */
export function budgets(world: World): readonly RoundTripBudget[] {
  const [hundred, threeHundred, three] = world.groups.map(({ id }) => id);
  const [first, second, third, fourth] = world.userIds;
  const nameOfGroup = world.groups[0]?.displayName;
  const reads: readonly RoundTripBudget[] = [
    get('GET user by id, with its groups', 1, `/Users/${first}`),
    get('GET group by id, members excluded', 1, `/Groups/${hundred}`, { excludedAttributes: 'members' }),
    get('GET group of 300 by id, with members', 2, `/Groups/${threeHundred}`),
    get('id eq', 1, '/Users', { filter: `id eq "${first}"` }),
    get('userName eq', 2, '/Users', { filter: `userName eq "${userName(7)}"` }),
    get('userName eq, nobody (connection test)', 1, '/Users', { filter: 'userName eq "nobody"' }),
    get('externalId eq', 2, '/Users', { filter: 'externalId eq "external-7"' }),
    get('emails[type eq "work"].value eq', 2, '/Users', {
      filter: `emails[type eq "work"].value eq "${userName(7)}"`,
    }),
    get('displayName eq, members excluded', 2, '/Groups', {
      filter: `displayName eq "${nameOfGroup}"`,
      excludedAttributes: 'members',
    }),
    get('group externalId eq, members excluded', 2, '/Groups', {
      filter: 'externalId eq "group-0"',
      excludedAttributes: 'members',
    }),
    get('id eq and members eq', 2, '/Groups', {
      filter: `id eq "${hundred}" and members eq "${first}"`,
      excludedAttributes: 'members',
    }),
    get('id eq and manager eq', 2, '/Users', { filter: `id eq "${first}" and manager eq "${second}"` }),
    get('page of 100 by cursor', 2, '/Users', { cursor: '', count: '100' }),
    get('page of 100 by startIndex, first', 2, '/Users', { startIndex: '1', count: '100' }),
    {
      ...get('page of 100 by startIndex, the next of a walk', 2, '/Users', {
        startIndex: '101',
        count: '100',
      }),
      before: [list('/Users', { startIndex: '1', count: '100' })],
    },
    {
      ...get('page of 100 by startIndex, a jump made before', 2, '/Users', {
        startIndex: '301',
        count: '100',
      }),
      before: [list('/Users', { startIndex: '301', count: '100' })],
    },
    get('page of 100 groups, members excluded', 2, '/Groups', {
      startIndex: '1',
      count: '100',
      excludedAttributes: 'members',
    }),
  ];
  const writes: readonly RoundTripBudget[] = [
    {
      name: 'POST user',
      waves: 1,
      status: 201,
      request: { method: 'POST', path: '/Users', body: userBody(5000) },
    },
    {
      name: 'POST user, name taken',
      waves: 1,
      status: 409,
      request: { method: 'POST', path: '/Users', body: userBody(5000) },
    },
    {
      name: 'POST group',
      waves: 1,
      status: 201,
      request: { method: 'POST', path: '/Groups', body: { displayName: 'New' } },
    },
    change('PATCH user', `/Users/${third}`, { op: 'Replace', path: 'title', value: 'Lead' }),
    change('PATCH user, renamed', `/Users/${third}`, { op: 'Replace', path: 'userName', value: 'renamed' }),
    {
      ...change('PATCH user without effect', `/Users/${third}`, {
        op: 'Replace',
        path: 'title',
        value: 'Lead',
      }),
      waves: 1,
    },
    {
      name: 'PUT user',
      waves: 2,
      status: 200,
      request: { method: 'PUT', path: `/Users/${third}`, body: userBody(2) },
    },
    ...[1, 10, 100].map((count) => addMembers(world, { group: hundred ?? '', label: 'of 100', count })),
    addMembers(world, { group: threeHundred ?? '', label: 'of 300', count: 1 }),
    // The transaction may be tried and refused, and what is there be read then: most requests name no member that is there.
    members('PATCH group of 100, a member added again', hundred, { op: 'Add', ids: [first], waves: 3 }),
    members('PATCH group of 100, 1 member removed', hundred, { op: 'Remove', ids: [first], waves: 2 }),
    // The row, then its memberships, then the transaction on condition of the row: memberships that were listed before the row was
    // read would not be known to be all (docs/decisions/0010-order-of-a-deletion.md).
    {
      name: 'DELETE user in 2 groups',
      waves: 3,
      status: 204,
      request: { method: 'DELETE', path: `/Users/${fourth}` },
    },
    {
      name: 'DELETE group of 3',
      waves: 3,
      status: 204,
      request: { method: 'DELETE', path: `/Groups/${three}` },
    },
  ];
  return [...reads, ...writes];
}

const get = (
  name: string,
  waves: number,
  ...[path, query = {}]: readonly [string, Readonly<Record<string, string>>?]
): RoundTripBudget => ({ name, waves, status: 200, request: list(path, query) });

const change = (name: string, path: string, operation: object): RoundTripBudget => ({
  name,
  waves: 2,
  status: 200,
  request: { method: 'PATCH', path, body: patch(operation) },
});

const members = (
  name: string,
  group: string | undefined,
  change: { readonly op: string; readonly ids: readonly (string | undefined)[]; readonly waves: number },
): RoundTripBudget => ({
  name,
  waves: change.waves,
  status: 204,
  request: {
    method: 'PATCH',
    path: `/Groups/${group}`,
    body: patch({ op: change.op, path: 'members', value: change.ids.map((value) => ({ value })) }),
  },
});

/**
 * Reads of the group and of what is there already, 32 side by side, then a transaction for each 32 members
 * (docs/decisions/0003-membership-rows.md), whatever the size of the group.
 */
function addMembers(
  world: World,
  { group, label, count }: { readonly group: string; readonly label: string; readonly count: number },
): RoundTripBudget {
  const from = count === 1 ? 0 : count;
  const transactions = Math.ceil(count / limits.memberChangesPerTransaction);
  return members(`PATCH group ${label}, ${count} member${count > 1 ? 's' : ''} added`, group, {
    op: 'Add',
    ids: world.joinerIds.slice(from, from + count),
    waves: 1 + (count < readsSideBySide ? 0 : Math.ceil(count / readsSideBySide)) + transactions,
  });
}

const readsSideBySide = 32;
