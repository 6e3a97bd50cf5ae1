import { z } from 'zod';
import { DirectoryId, KeyId, OrganizationId } from '../model/ids.ts';

/** A SCIM key as stored: of the secret itself only the hash. */
export const StoredKey = z.object({
  id: KeyId,
  prefix: z.string(),
  hash: z.string(),
  created: z.iso.datetime(),
  expires: z.iso.datetime(),
  /** Set when another key took its place with an overlap; it dies at the earlier of this and `expires`. */
  replacedFrom: z.iso.datetime().optional(),
});
export type StoredKey = z.infer<typeof StoredKey>;

/** Audience of the token that Entra sends for every custom application when its secret token is left blank (entra-client §2.2). */
export const entraAudience = '8adf8e6e-67b2-4cf2-a259-e3dc5476c621';

export const EntraTokenSettings = z
  .strictObject({
    tenantId: z.guid().meta({ description: 'The tenant whose tokens are accepted, and no other.' }),
    audience: z
      .string()
      .min(1)
      .max(200)
      .default(entraAudience)
      .meta({ description: 'Audience of the token: the template of custom applications unless set.' }),
    appId: z.guid().optional().meta({
      description: 'Client that must have obtained the token (`appid`); any of the tenant when absent.',
    }),
  })
  .meta({ id: 'EntraTokenSettings' });
export type EntraTokenSettings = z.infer<typeof EntraTokenSettings>;

const EntraApplication = z
  .strictObject({
    appId: z.guid().meta({ description: 'Application (client) ID.' }),
    objectId: z.guid().meta({ description: 'Object ID of the enterprise application.' }),
  })
  .meta({ id: 'EntraApplication' });

const settingsFields = {
  unknownMembers: z.enum(['ignore', 'reject']).meta({
    description: 'A member that is not in the directory is left out and logged, or the request is refused.',
  }),
  groupPatchAnswer: z.enum(['no-content', 'resource']).meta({
    description: 'PATCH on a group answers 204, or 200 with the group.',
  }),
  usersMax: z.int().min(1).max(10_000_000).meta({
    description: 'Above it users are no longer created; those that exist are still updated.',
  }),
  groupsMax: z.int().min(1).max(1_000_000).meta({
    description: 'Above it groups are no longer created.',
  }),
  requestLogDays: z.int().min(1).max(365).meta({
    description: 'Days for which received requests are kept.',
  }),
  expectedMax: z.int().min(1).max(11_000_000).nullable().meta({
    description: 'Users and groups that are expected at most; a hint warns when more are received.',
  }),
  largeRemovalMembers: z.int().min(0).max(1_000_000).meta({
    description:
      'A replacement of a group that drops more members than this, and more per cent of them, raises a hint.',
  }),
  largeRemovalPercent: z.int().min(0).max(100).meta({
    description: 'Per cent of the members of a group that a replacement may drop without a hint.',
  }),
  entraApplication: EntraApplication.nullable().meta({
    description:
      'The enterprise application that provisions: with it the directory links to its provisioning logs.',
  }),
  entraToken: EntraTokenSettings.nullable().meta({
    description: 'Accept the token that Entra issues itself when the secret token is left blank.',
  }),
};

/** What an admin may set on a `scim` directory; every field has the default of a new directory. */
export const DirectorySettings = z
  .strictObject({
    unknownMembers: settingsFields.unknownMembers.default('ignore'),
    groupPatchAnswer: settingsFields.groupPatchAnswer.default('no-content'),
    usersMax: settingsFields.usersMax.default(1_000_000),
    groupsMax: settingsFields.groupsMax.default(100_000),
    requestLogDays: settingsFields.requestLogDays.default(30),
    expectedMax: settingsFields.expectedMax.default(null),
    largeRemovalMembers: settingsFields.largeRemovalMembers.default(20),
    largeRemovalPercent: settingsFields.largeRemovalPercent.default(50),
    entraApplication: settingsFields.entraApplication.default(null),
    entraToken: settingsFields.entraToken.default(null),
  })
  .meta({ id: 'DirectorySettings' });
export type DirectorySettings = z.infer<typeof DirectorySettings>;

/** Settings to change; those that are absent stay. */
export const DirectorySettingsPatch = z
  .strictObject(settingsFields)
  .partial()
  .meta({ id: 'DirectorySettingsPatch' });

/** What one point read tells about a directory: all that a request to it has to be judged by. */
export const DirectoryAccess = z.object({
  directoryId: DirectoryId,
  organizationId: OrganizationId,
  state: z.enum(['active', 'paused', 'deleted']),
  settings: DirectorySettings,
  keys: z.array(StoredKey),
});
export type DirectoryAccess = z.infer<typeof DirectoryAccess> & {
  /** True once a group has been a member of a group. */
  readonly nesting: boolean;
};

/** When a key stops opening its directory, milliseconds since 1970. */
export function deadFrom(key: Pick<StoredKey, 'expires' | 'replacedFrom'>): number {
  const expires = Date.parse(key.expires);
  return key.replacedFrom === undefined ? expires : Math.min(expires, Date.parse(key.replacedFrom));
}
