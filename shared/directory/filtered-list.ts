import { foldedKey } from '../model/folding.ts';
import { limits } from '../model/limits.ts';
import { Refusal } from '../model/refusal.ts';
import type { Filter } from '../scim/filter.ts';
import { planOf } from '../scim/filter-plan.ts';
import type { Resource, ResourceKind } from '../scim/scim-directory.ts';
import type { DirectoryContext } from './directory-context.ts';
import type { DirectoryStore } from './directory-store.ts';
import type { Extras } from './extras.ts';
import type { ListOrder } from './list-positions.ts';
import { type Row, rowsOf } from './list-rows.ts';
import { foundByIndex, matching, type Test, testOf } from './matching.ts';

interface Asked {
  readonly kind: ResourceKind;
  readonly filter: Filter;
  readonly baseUrl: string;
  readonly order: ListOrder['order'];
  readonly extras: Extras;
}

/** All resources that a filter finds, in ascending order. Refusal `too-many` when that takes too long a scan. */
export async function filteredRows(
  store: DirectoryStore,
  context: DirectoryContext,
  asked: Asked,
): Promise<readonly Row[]> {
  const { kind, filter, order, extras, baseUrl } = asked;
  const plan = planOf(kind, filter);
  const found =
    (await foundByIndex(store, context, { kind, plan, extras, baseUrl })) ??
    (await scanned(store, context, asked));
  const rows = found.map((resource) => ({ position: placeIn(order, resource), resource }));
  return rows.sort((one, other) => (one.position < other.position ? -1 : 1));
}

/** Rows that need reads of their own to be tested count as many. */
const expensiveRow = 20;

async function scanned(store: DirectoryStore, context: DirectoryContext, asked: Asked): Promise<Resource[]> {
  const { kind, filter, extras, baseUrl } = asked;
  const test: Test = testOf(kind, filter, baseUrl);
  const rowCost = test.wanted.members || test.wanted.groups ? expensiveRow : 1;
  const limit = Math.min(limits.pageSizeMax, limits.scanRowsMax / rowCost);
  const found: Resource[] = [];
  let after: string | undefined;
  for (let cost = 0; cost < limits.scanRowsMax; ) {
    const page = { order: 'id', limit, ...(after === undefined ? {} : { after }) } as const;
    const { rows, more } = await rowsOf(store, context, { kind, page });
    const resources = rows.map(({ resource }) => resource);
    found.push(...(await matching(resources, extras, test)));
    if (!more) return found;
    cost += limit * rowCost;
    after = rows.at(-1)?.position;
  }
  throw new Refusal(
    'too-many',
    'The filter names no indexed attribute (id, userName, externalId, emails, displayName of groups, members) and the directory is too large to be searched without one.',
  );
}

function placeIn(order: ListOrder['order'], resource: Resource): string {
  if (order === 'id') return resource.id;
  const name = resource.attributes[order];
  return `${typeof name === 'string' ? foldedKey(name) : ''}\u0000${resource.id}`;
}
