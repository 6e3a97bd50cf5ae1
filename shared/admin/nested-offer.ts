import type { OrganizationId } from '../model/ids.ts';
import { Refusal } from '../model/refusal.ts';
import type { Registry } from './registry.ts';

type Organizations = Pick<Registry, 'organization'>;

/** Whether the organization has nested directories turned on (S2-20). */
export async function isOffered(id: OrganizationId, registry: Organizations): Promise<boolean> {
  return (await registry.organization(id))?.preview.nestedDirectories ?? true;
}

/** Refusal `conflict`, reason `preview_off`: nothing is read from tenants and no run begins; what is there stays. */
export async function mustBeOffered(id: OrganizationId, registry: Organizations): Promise<void> {
  if (await isOffered(id, registry)) return;
  throw new Refusal(
    'conflict',
    'Nested directories are turned off for this organization: PATCH it with {"preview":{"nestedDirectories":true}} to turn them on again.',
    { reason: 'preview_off' },
  );
}
