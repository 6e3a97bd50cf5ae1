import { TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import { ownBatchBodies } from './batch.ts';
import { type Patience, retrying } from './retrying.ts';
import type { StorageMeter } from './storage-meter.ts';
import type { TablePolicy } from './table-policy.ts';

/** Where the tables are: a connection string (emulator, local use) or a managed identity (deployed). */
export type TableConnection =
  | { readonly kind: 'connection-string'; readonly value: string }
  | {
      readonly kind: 'identity';
      /** `https://<account>.table.core.windows.net` */
      readonly tableServiceUri: string;
      readonly credential: TableCredential;
    };

/** A token credential of `@azure/identity`, by its shape. */
export interface TableCredential {
  getToken(
    scopes: string | string[],
    options?: object,
  ): Promise<{ token: string; expiresOnTimestamp: number } | null>;
}

/** The tables of the product; each is created with the deployment. */
export const tableNames = ['registry', 'directory', 'organization', 'runs', 'audit', 'requests'] as const;
export type TableName = (typeof tableNames)[number];

export interface TableOptions {
  /** `interactive` (default): few quick retries, as somebody waits; `sync`: patient ones. */
  readonly patience?: Patience;
  /** Counts what goes over the wire, retries included. */
  readonly meter?: StorageMeter;
  /** Letters and digits put before the table's name, so that tests keep apart. */
  readonly prefix?: string;
  /** Seen by every attempt, inside the retries: fault injection, assertions. */
  readonly policies?: readonly TablePolicy[];
}

/** A client of one table: keep-alive connections, retries of our own, every attempt counted. Nothing is sent yet. */
export function openTable(
  connection: TableConnection,
  name: TableName,
  options: TableOptions = {},
): TableClient {
  const table = `${options.prefix ?? ''}${name}`;
  const settings = clientOptions(options);
  switch (connection.kind) {
    case 'connection-string':
      return TableClient.fromConnectionString(connection.value, table, {
        ...settings,
        allowInsecureConnection: isLoopback(connection.value),
      });
    case 'identity':
      return new TableClient(connection.tableServiceUri, table, connection.credential, settings);
  }
}

/** Makes the tables that are not there yet: local host and tests only, a deployment has them from its templates. */
export async function createTables(
  connection: TableConnection,
  options: TableOptions & { readonly names?: readonly TableName[] } = {},
): Promise<void> {
  const names = options.names ?? tableNames;
  await Promise.all(names.map((name) => openTable(connection, name, options).createTable()));
}

function clientOptions(options: TableOptions): TableServiceClientOptions {
  const inside = [
    ...(options.meter === undefined ? [] : [options.meter.policy]),
    ...(options.policies ?? []),
  ];
  return {
    // The client's own retries start at a second and cannot tell a batch that was sent twice.
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [
      { policy: ownBatchBodies, position: 'perCall' },
      { policy: retrying(options.patience ?? 'interactive'), position: 'perCall' },
      ...inside.map((policy) => ({ policy, position: 'perRetry' as const })),
    ],
  };
}

/** Only the emulator on this machine may be spoken to without TLS. */
function isLoopback(connectionString: string): boolean {
  if (/usedevelopmentstorage=true/i.test(connectionString)) return true;
  return /tableendpoint=http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/i.test(connectionString);
}
