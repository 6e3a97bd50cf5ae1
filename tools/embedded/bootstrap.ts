import { randomBytes } from 'node:crypto';
import { bootstrapOrganization } from '../../shared/admin/bootstrap.ts';
import type { OrganizationId } from '../../shared/model/ids.ts';
import { openExports } from '../../shared/storage/archive.ts';
import { registryOver } from '../../shared/storage/registry.ts';
import { tableRows } from '../../shared/storage/registry-rows.ts';
import { createQueues } from '../../shared/storage/sync-queue.ts';
import { createTables, openTable, type TableConnection } from '../../shared/storage/tables.ts';

/** Tables, queues, the container of exports, and one organization to begin with; what is there already stays. */
export async function bootstrap(
  connectionString: string,
): Promise<{ readonly organizationId: OrganizationId }> {
  const connection: TableConnection = { kind: 'connection-string', value: connectionString };
  await Promise.all([
    createTables(connection),
    createQueues(connection),
    openExports(connection).createIfNotExists(),
  ]);
  const registry = registryOver(tableRows(openTable(connection, 'registry')));
  const { id } = await bootstrapOrganization('Local', { registry, random: { now: Date.now, randomBytes } });
  return { organizationId: id };
}
