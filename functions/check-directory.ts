import type { DirectoryId } from '../shared/model/ids.ts';
import type { LogFields } from './log-line.ts';
import type { Wiring } from './wiring.ts';

/** What is found twice is no work in progress; faults without row keys, as those hold names. */
export async function checkDirectory(
  { directories, inconsistencies }: Checker,
  id: DirectoryId,
): Promise<LogFields & { readonly event: string }> {
  const { users, groups } = await directories.counts(id);
  if (users + groups > objectsMax) return { event: 'fsck-skipped', objects: users + groups };
  const first = await inconsistencies(id);
  const seen = new Set(first.map(keyOf));
  const lasting = first.length === 0 ? [] : (await inconsistencies(id)).filter((it) => seen.has(keyOf(it)));
  if (lasting.length === 0) return { event: 'fsck-clean' };
  return { event: 'fsck-found', found: lasting.length, kinds: tally(lasting) };
}

export type Checker = {
  readonly directories: Pick<Wiring['directories'], 'counts'>;
  readonly inconsistencies: Wiring['inconsistencies'];
};

/** A directory is held in memory while it is looked at; larger ones are checked from a machine with more of it. */
const objectsMax = 100_000;

const keyOf = ({ rowKey, fault }: { readonly rowKey: string; readonly fault: string }) =>
  `${rowKey} ${fault}`;

function tally(found: readonly { readonly rowKey: string }[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { rowKey } of found) {
    const kind = rowKey.slice(0, rowKey.indexOf('|'));
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
