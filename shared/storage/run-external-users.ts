import { z } from 'zod';
import type { Page, PageOf } from '../admin/registry.ts';
import type { DirectoryId, RunId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { ExternalUser, RunLog } from '../sync/run-log.ts';
import type { RowChange } from './batch.ts';
import type { FoundRow, Rows } from './registry-rows.ts';

/** Rows of table `runs` beside the run's log: `e|run|user`, and `e|run|~` once all of them are there. */
export function externalUsersOver(rows: Rows): NonNullable<RunLog['externalUsers']> {
  return {
    async write(directory, run, users) {
      const changes = users.map((user) => userChange(run, user));
      for (let start = 0; start < changes.length; start += limits.transactionRowsMax) {
        await upsert(rows, directory, changes.slice(start, start + limits.transactionRowsMax));
      }
    },
    complete: async (directory, run) =>
      await upsert(rows, directory, [
        { action: 'upsert', rowKey: externalPrefix(run) + completeKey, row: { schema: 1, json: '{}' } },
      ]),
  };
}

export async function externalUsersOf(
  rows: Rows,
  { directory, run }: { readonly directory: DirectoryId; readonly run: RunId },
  { after, limit }: PageOf,
): Promise<Page<ExternalUser> | undefined> {
  const prefix = externalPrefix(run);
  const from = { from: prefix, after: after && prefix + after, to: prefix + completeKey, limit };
  const [found, complete] = await Promise.all([
    rows.range(directory, from),
    after === undefined ? rows.row(directory, prefix + completeKey) : undefined,
  ]);
  if (after === undefined && complete === undefined) return undefined;
  const last = found.at(-1)?.rowKey.slice(prefix.length);
  return {
    items: found.map(parseUser),
    ...(found.length === limit && last !== undefined ? { next: last } : {}),
  };
}

export const externalPrefix = (run: RunId) => `e|${run}|`;

/** Behind every id. */
const completeKey = '~';

function userChange(run: RunId, user: ExternalUser): RowChange {
  const json = JSON.stringify(cut(user));
  return { action: 'upsert', rowKey: externalPrefix(run) + user.id, row: { schema: 1, json } };
}

/** As many groups as fit a property, and a cell of a spreadsheet. */
function cut(user: ExternalUser): ExternalUser {
  let units = 0;
  const groups = user.groups.filter((name) => {
    units += JSON.stringify(name).length + 3;
    return units <= groupUnitsMax;
  });
  const moreGroups = user.groups.length - groups.length;
  return { ...user, groups, ...(moreGroups === 0 ? {} : { moreGroups }) };
}

async function upsert(rows: Rows, directory: DirectoryId, changes: readonly RowChange[]): Promise<void> {
  const outcome = await rows.transact({ partitionKey: directory, changes, proof: changes[0]?.rowKey ?? '' });
  if (outcome.kind === 'refused') throw new Error(`external users refused ${outcome.change.rowKey}`);
}

const parseUser = (found: FoundRow): ExternalUser => User.parse(JSON.parse(Row.parse(found.row).json));

const Row = z.object({ schema: z.literal(1), json: z.string() });
const User = z.object({
  id: z.string(),
  mail: z.string(),
  active: z.boolean(),
  groups: z.array(z.string()),
  moreGroups: z.int().exactOptional(),
});

const groupUnitsMax = 12_000;
