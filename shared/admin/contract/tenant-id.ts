import { z } from 'zod';

/** Personal accounts have this tenant; nobody can consent for it. */
const consumersTenant = '9188040d-6c67-4c5b-b112-36a304b66dad';

export const TenantId = z
  .guid('must be the id of one tenant: not common, organizations or a domain name')
  .toLowerCase()
  .refine((id) => id !== consumersTenant && !/^[0-]+$/.test(id), 'is no tenant of an organization')
  .meta({
    description: 'Directory (tenant) id in Entra.',
    example: 'b5ed2d2b-3c4a-4f1e-9b0a-5d6c7e8f9a0b',
  });
