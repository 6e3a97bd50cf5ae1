import { z } from 'zod';
import { NestedSettings } from '../sync/settings.ts';
import { TenantSize } from '../sync/tenant-size.ts';

/** How a deployment proves to a tenant who it is. Secrets are app settings of the site, named here and stored nowhere. */
export const ConnectionCredential = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('managed-identity') }),
    z.strictObject({
      kind: z.literal('client-secret'),
      clientId: z.guid(),
      secretSetting: z.string().regex(/^GRAPH_[A-Z0-9_]{1,60}$/),
    }),
    z.strictObject({
      kind: z.literal('certificate'),
      clientId: z.guid(),
      secretSetting: z.string().regex(/^GRAPH_[A-Z0-9_]{1,60}$/),
    }),
    z.strictObject({ kind: z.literal('federated'), clientId: z.guid() }),
  ])
  .meta({ id: 'ConnectionCredential' });
export type ConnectionCredential = z.infer<typeof ConnectionCredential>;

export const CloudName = z.enum(['public', 'us-government', 'us-government-dod', 'china']);
export type CloudName = z.infer<typeof CloudName>;

/** Which tenant is read, and as whom. */
export const NestedConnection = z.object({
  /** Pinned: answers and tokens of any other tenant are refused (S2-09). Absent until the local Graph told it. */
  tenantId: z.string().optional(),
  /** As the tenant calls itself. */
  displayName: z.string().optional(),
  cloud: CloudName,
  credential: ConnectionCredential,
});
export type NestedConnection = z.infer<typeof NestedConnection>;

/** What an admin may set on a `nested` directory: what a run obeys, and how long runs are kept. */
export const NestedDirectorySettings = NestedSettings.extend({
  runLogDays: z.int().min(1).max(365).default(30),
});
export type NestedDirectorySettings = z.infer<typeof NestedDirectorySettings>;

const byPerson = z.object({ by: z.string(), at: z.iso.datetime() });

/** Tenant and domains as a person saw and confirmed them (S2-10). */
export const Confirmation = byPerson.extend({
  hash: z.string(),
  tenantId: z.string(),
  /** Verified ones. */
  domains: z.array(z.string()),
  size: TenantSize.optional(),
});
export type Confirmation = z.infer<typeof Confirmation>;

export const nestedRecordFields = {
  kind: z.literal('nested'),
  connection: NestedConnection,
  /** A person has read what nested synchronization cannot do (S2-08). */
  acknowledged: byPerson.optional(),
  /** An administrator of the tenant came back from the consent page. */
  consented: z
    .object({
      at: z.iso.datetime(),
      /** Hash of the state of the link, so that one link consents once; rows from before this was known lack it. */
      link: z.string().exactOptional(),
    })
    .optional(),
  confirmation: Confirmation.optional(),
  settings: NestedDirectorySettings,
  settingsVersion: z.int().positive(),
  /** Runs that begin before `until` log how they go about it; then it ends by itself (S3-73). */
  debug: z.object({ by: z.string(), until: z.iso.datetime() }).optional(),
};
