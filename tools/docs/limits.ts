import { limits } from '../../shared/model/limits.ts';
import { markdownTable } from './markdown-table.ts';

/** The bounds that a client or an admin can run into. */
export async function limitsTable(): Promise<string> {
  const rows: readonly (readonly [what: string, bound: string])[] = [
    ['request body', bytes(limits.bodyBytesMax)],
    ['body of `/Bulk`', `${bytes(limits.bulkBodyBytesMax)}, ${count(limits.bulkOperationsMax)} operations`],
    ['operations of one PATCH', count(limits.patchOperationsMax)],
    ['filter', `${count(limits.filterCharactersMax)} characters, ${count(limits.filterTermsMax)} terms`],
    ['filter without an index', `looks at ${count(limits.scanRowsMax)} rows, then \`tooMany\``],
    ['page of a list', `${count(limits.pageSizeMax)}; ${count(limits.pageSizeDefault)} unless asked for`],
    ['one user or group without its members', bytes(limits.resourceBytesMax)],
    ['members of a group', 'no limit; adding one costs the same whatever their number'],
    ['life of a SCIM key', `${count(limits.keyLifeDaysDefault)} days unless set`],
    ['overlap of an old and a new key', `${count(limits.keyOverlapMinutesMax)} minutes at most`],
  ];
  return markdownTable(['what', 'limit'], rows);
}

const count = (value: number): string => value.toLocaleString('en');
const bytes = (value: number): string =>
  value >= 1024 * 1024 ? `${value / 1024 / 1024} MiB` : `${value / 1024} KiB`;
