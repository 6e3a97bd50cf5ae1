import type { DirectoryId } from '../../model/ids.ts';
import type { DeadObjects } from '../../sync/nested-store.ts';
import { endOf } from '../directory-keys.ts';
import { quoted, type RangeRow } from '../directory-table.ts';
import { available } from '../storage-busy.ts';
import { nestedPrefix } from './nested-keys.ts';
import { parseNestedGroup, parseNestedUser } from './nested-rows.ts';
import type { NestedTable } from './nested-table.ts';

/** Which kind comes next, and the service's own word on where. */
const kinds = [
  { mark: 'u', prefix: nestedPrefix.user, filter: 'counts eq false' },
  { mark: 'g', prefix: nestedPrefix.group, filter: `life ne 'live'` },
] as const;

/**
 * One page of objects that are not live. The columns that the rows have for other questions let the service leave out nearly
 * all others; where it stopped looking only its own token says, for a page may be empty.
 */
export async function deadObjectsOf(
  shared: NestedTable,
  directory: DirectoryId,
  from = 'u',
): Promise<DeadObjects> {
  const [users, groups] = kinds;
  const kind = from.startsWith(groups.mark) ? groups : users;
  const { rows, token } = await onePage(shared, directory, { ...kind, token: from.slice(1) });
  const next = token === undefined ? (kind === users ? groups.mark : undefined) : kind.mark + token;
  const found =
    kind === users
      ? { users: rows.map(parseNestedUser).filter(isDead), groups: [] }
      : { users: [], groups: rows.map(parseNestedGroup).filter(isDead) };
  return { ...found, ...(next === undefined ? {} : { next }) };
}

const isDead = ({ life }: { readonly life: string }) => life !== 'live';

async function onePage(
  { table }: NestedTable,
  directory: DirectoryId,
  of: { readonly prefix: string; readonly filter: string; readonly token: string },
) {
  const filter =
    `PartitionKey eq ${quoted(directory)} and RowKey ge ${quoted(of.prefix)}` +
    ` and RowKey lt ${quoted(endOf(of.prefix))} and ${of.filter}`;
  const pages = table
    .listEntities<RangeRow>({ queryOptions: { filter } })
    .byPage({ maxPageSize: 1000, ...(of.token === '' ? {} : { continuationToken: of.token }) });
  const { value, done } = await available(pages.next());
  if (done === true) return { rows: [], token: undefined };
  const { continuationToken } = value as { readonly continuationToken?: string };
  return { rows: value as readonly RangeRow[], token: continuationToken };
}
