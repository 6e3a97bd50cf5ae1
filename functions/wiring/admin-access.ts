import { type AdminAccessPorts, hashOfSetting } from '../../shared/access/admin-access.ts';
import { random } from './randomness.ts';
import type { Parts } from './scim-ports.ts';

export function adminAccess({ settings, registry, tokens, recorder }: Parts): AdminAccessPorts {
  const { ADMIN_TENANT_ID: tenantId, ADMIN_AUDIENCE: audience, FIRST_ADMIN_KEY: firstKey } = settings;
  return {
    adminKeyAccess: registry.adminKeyAccess,
    importFirstAdminKey: registry.importFirstAdminKey,
    entraTokens: tokens,
    settings: {
      ...(firstKey === undefined ? {} : { firstAdminKeyHash: hashOfSetting(firstKey) }),
      ...(tenantId === undefined || audience === undefined ? {} : { entra: { tenantId, audience } }),
    },
    now: random.now,
    keyUsed: (key, at) => recorder.adminKeyUsed(key.id, at),
  };
}
