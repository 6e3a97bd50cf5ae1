import type { Resource, ResourceKind, SortAttribute } from '../scim/scim-directory.ts';
import type { DirectoryContext } from './directory-context.ts';
import type { DirectoryStore, KeysetPage } from './directory-store.ts';
import type { ListOrder } from './list-positions.ts';
import { groupResource, userResource } from './resources.ts';

/** A resource with its place in the order of its list. */
export interface Row {
  readonly position: string;
  readonly resource: Resource;
}

export interface Rows {
  readonly rows: readonly Row[];
  readonly more: boolean;
}

/** Ids are made in the order of creation, so that both orders are one. */
export function orderOf(kind: ResourceKind, by: SortAttribute | undefined): ListOrder['order'] {
  const isByName = by === 'userName' || by === 'displayName';
  if (!isByName) return 'id';
  return kind === 'User' ? 'userName' : 'displayName';
}

export async function rowsOf(
  store: DirectoryStore,
  context: DirectoryContext,
  asked: { readonly kind: ResourceKind; readonly page: KeysetPage<ListOrder['order']> },
): Promise<Rows> {
  const { order, ...page } = asked.page;
  if (asked.kind === 'User') {
    const { items, more } = await store.users(context.directory, {
      ...page,
      order: order === 'id' ? 'id' : 'userName',
    });
    return {
      rows: items.map(({ position, object }) => ({ position, resource: userResource(object) })),
      more,
    };
  }
  const { items, more } = await store.groups(context.directory, {
    ...page,
    order: order === 'id' ? 'id' : 'displayName',
  });
  return { rows: items.map(({ position, object }) => ({ position, resource: groupResource(object) })), more };
}
