import { randomBytes } from 'node:crypto';
import type { OrganizationRecord } from '../../shared/admin/registry.ts';
import type { OrganizationId } from '../../shared/model/ids.ts';
import { newOrganizationId, timeOrdered } from '../../shared/model/new-ids.ts';
import { registryOver } from '../../shared/storage/registry.ts';
import { tableRows } from '../../shared/storage/registry-rows.ts';
import { createTables, openTable, type TableConnection } from '../../shared/storage/tables.ts';

const organizationName = 'Local';

/** Tables, and one organization to begin with; what is there already stays. */
export async function bootstrap(
  connectionString: string,
): Promise<{ readonly organizationId: OrganizationId }> {
  const connection: TableConnection = { kind: 'connection-string', value: connectionString };
  await createTables(connection);
  const registry = registryOver(tableRows(openTable(connection, 'registry')));
  const { items } = await registry.organizations({ limit: 100 });
  const found = items.find(({ name }) => name === organizationName);
  if (found !== undefined) return { organizationId: found.id };
  const random = { now: Date.now, randomBytes };
  const at = new Date(random.now()).toISOString();
  const record: OrganizationRecord = {
    id: newOrganizationId(random),
    name: organizationName,
    version: 1,
    created: at,
    lastModified: at,
  };
  await registry.createOrganization(record, {
    id: timeOrdered(random),
    at,
    actor: 'system',
    act: 'organization.created',
    subject: record.id,
    facts: { name: record.name },
  });
  return { organizationId: record.id };
}
