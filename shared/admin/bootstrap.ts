import { newOrganizationId, timeOrdered } from '../model/new-ids.ts';
import type { AdminPorts } from './ports.ts';
import { allPreviews, type OrganizationRecord } from './registry.ts';

/** The first organization there is; creates one with this name when there is none. */
export async function bootstrapOrganization(
  name: string,
  { registry, random }: Pick<AdminPorts, 'registry' | 'random'>,
): Promise<OrganizationRecord> {
  const { items } = await registry.organizations({ limit: 1 });
  if (items[0] !== undefined) return items[0];
  const at = new Date(random.now()).toISOString();
  const record: OrganizationRecord = {
    id: newOrganizationId(random),
    name,
    preview: allPreviews,
    tenants: [],
    version: 1,
    created: at,
    lastModified: at,
  };
  await registry.createOrganization(record, {
    ...{
      id: timeOrdered(random),
      at,
      actor: 'system',
      act: 'organization.created',
      subject: record.id,
      facts: {},
    },
  });
  return record;
}
