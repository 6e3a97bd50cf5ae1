import { deadFrom } from '../access/directory-access.ts';
import type { DirectoryRecord, Page, PageOf, ScimDirectoryRecord } from './registry.ts';

/** A page of the directories that no key opens after so many days, the first to close first (XA-29). */
export function expiringPage(
  directories: readonly DirectoryRecord[],
  { days, after, limit }: PageOf & { readonly days: number },
  now: number,
): Page<ScimDirectoryRecord> {
  const found = directories
    .flatMap((record) => (closesBy(record, now + days * dayMilliseconds) ? [record] : []))
    .map((record) => ({ record, position: positionOf(record) }))
    .sort((one, other) => (one.position < other.position ? -1 : 1))
    .filter(({ position }) => after === undefined || position > after);
  const items = found.slice(0, limit);
  const last = items.at(-1)?.position;
  return {
    items: items.map(({ record }) => record),
    ...(found.length > limit && last !== undefined ? { next: last } : {}),
  };
}

/** A directory that Entra's own token opens needs no key. */
function closesBy(record: DirectoryRecord, moment: number): record is ScimDirectoryRecord {
  if (record.kind !== 'scim' || record.keys.length === 0 || record.settings.entraToken !== null) return false;
  return closesAt(record) <= moment;
}

const closesAt = ({ keys }: ScimDirectoryRecord): number => Math.max(...keys.map(deadFrom));

const positionOf = (record: ScimDirectoryRecord): string =>
  `${String(closesAt(record)).padStart(15, '0')}|${record.id}`;

const dayMilliseconds = 86_400_000;
