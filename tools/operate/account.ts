import { AzureCliCredential } from '@azure/identity';
import { ContainerClient } from '@azure/storage-blob';
import {
  type Archive,
  type BlobConnection,
  blobArchive,
  folderArchive,
  openExports,
} from '../../shared/storage/archive.ts';
import type { NamedTable } from '../../shared/storage/export-tables.ts';
import { openTable, type TableConnection, tableNames } from '../../shared/storage/tables.ts';

/** A storage account as an operator names it: its connection string, or its name and who is signed in to the Azure CLI. */
export type Account =
  | { readonly kind: 'connection-string'; readonly value: string }
  | { readonly kind: 'signed-in'; readonly name: string };

export const accountOptions = {
  'connection-string': { type: 'string' },
  account: { type: 'string' },
} as const;

/** From the options, or from the setting `DirectoryStorage`: keys on a command line are seen by every process of the machine. */
export function parseAccount(values: {
  readonly 'connection-string'?: string | undefined;
  readonly account?: string | undefined;
}): Account {
  const { account: name, 'connection-string': given } = values;
  if (name !== undefined && given !== undefined)
    throw new Error('--account and --connection-string exclude each other.');
  if (name !== undefined) return { kind: 'signed-in', name };
  const value = given ?? process.env['DirectoryStorage'];
  if (!value) {
    throw new Error('Name the storage account: --account NAME (after az login) or --connection-string TEXT.');
  }
  return { kind: 'connection-string', value };
}

/** Its tables under the product's names, with patient retries. */
export function tablesOf(account: Account): readonly NamedTable[] {
  const connection = connectionOf(account);
  return tableNames.map((name) => ({ name, client: openTable(connection, name, { patience: 'sync' }) }));
}

export function connectionOf(account: Account): TableConnection {
  if (account.kind === 'connection-string') return account;
  const tableServiceUri = `https://${account.name}.table.core.windows.net`;
  return { kind: 'identity', tableServiceUri, credential: new AzureCliCredential() };
}

/** `blob`: the account's container of nightly exports; the address of another container; or a folder of this machine. */
export function archiveAt(place: string, account: Account): Archive {
  if (place === 'blob') return blobArchive(openExports(blobConnectionOf(account)));
  return /^https?:\/\//.test(place)
    ? blobArchive(new ContainerClient(place, new AzureCliCredential()))
    : folderArchive(place);
}

export function blobConnectionOf(account: Account): BlobConnection {
  if (account.kind === 'connection-string') return account;
  const blobServiceUri = `https://${account.name}.blob.core.windows.net`;
  return { kind: 'identity', blobServiceUri, credential: new AzureCliCredential() };
}
