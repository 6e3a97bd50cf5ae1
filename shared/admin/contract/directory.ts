import { z } from 'zod';
import { DirectorySettings } from '../../access/directory-access.ts';
import { DirectoryId, KeyId } from '../../model/ids.ts';
import { DirectoryTraffic } from '../request-log.ts';
import { NestedDirectory } from './nested-directory.ts';
import { Name, Time } from './operation.ts';
import { organizationParams } from './organizations.ts';

// Directories as they are shown: alone, and in lists.

export const ScimKey = z
  .object({
    id: KeyId,
    prefix: z.string().meta({ description: 'How the key begins.', example: 'rk_scim_4fQzT09a' }),
    created: Time,
    expires: Time,
    daysLeft: z
      .int()
      .meta({ description: 'Days until it stops working, rounded up; 0 when it no longer works.' }),
    replacedFrom: Time.optional().meta({ description: 'When the key that replaced it takes over alone.' }),
    lastUsed: Time.optional().meta({ description: 'To the minute.' }),
    working: z.boolean(),
  })
  .meta({ id: 'ScimKey' });

export const secret = z.string().meta({
  description: 'The SCIM key: in this answer only, it is not stored.',
  example: 'rk_scim_4fQzT09a…',
});
export const alreadyShown = z.literal(true).optional().meta({
  description: 'Set instead of `key` when an Idempotency-Key repeats a request whose answer held it.',
});

const Hint = z
  .object({
    code: z.enum([
      'waiting_for_first_request',
      'provisioning_off',
      'no_objects_assigned',
      'no_key',
      'key_expired',
      'key_expires_soon',
      'calls_refused',
      'expected_exceeded',
      'limit_reached',
      'large_removal',
    ]),
    text: z.string(),
  })
  .meta({ id: 'Hint' });

const scimDirectory = z.object({
  id: DirectoryId,
  organizationId: organizationParams.shape.organizationId,
  kind: z.literal('scim').meta({ description: '`scim`: the identity provider pushes over SCIM 2.0.' }),
  provider: z.enum(['entra', 'other']),
  tenantId: z.string().optional().meta({ description: 'Of the provider `entra`.' }),
  name: Name,
  state: z.enum(['configured', 'receiving', 'paused']).meta({
    description:
      '`configured` until users or groups are first asked for or sent; tests of the connection do not count.',
  }),
  created: Time,
  lastModified: Time,
  settings: DirectorySettings,
  scim: z.object({
    baseUrl: z.url().meta({ description: 'Tenant URL to enter in Entra.' }),
    key: secret.optional(),
    keyAlreadyShown: alreadyShown,
  }),
  keys: z.array(ScimKey),
  traffic: DirectoryTraffic.omit({ keysUsed: true }),
  nextCycle: z.object({ earliest: Time, latest: Time }).optional().meta({
    description:
      'When the next cycle is likely to begin, as Entra usually pauses 20 to 40 minutes: an estimate, no promise.',
  }),
  links: z.object({ provisioningLogs: z.url() }).optional().meta({
    description: 'Where Entra shows what it sent; there when tenant and `entraApplication` are known.',
  }),
});
const ScimDirectory = scimDirectory
  .extend({
    counts: z.object({ users: z.int(), groups: z.int() }),
    hints: z.array(Hint),
  })
  .meta({ id: 'ScimDirectory' });
export const Directory = z
  .discriminatedUnion('kind', [ScimDirectory, NestedDirectory])
  .meta({ id: 'Directory' });
const UnknownDirectory = z
  .object({
    id: DirectoryId,
    organizationId: organizationParams.shape.organizationId,
    state: z.literal('unknown'),
    kind: z.enum(['scim', 'nested']).optional(),
    name: Name.optional(),
    created: Time.optional(),
    lastModified: Time.optional(),
  })
  .meta({
    id: 'UnknownDirectory',
    description:
      'A directory that did not answer just now: what is known of it, and of one whose record cannot be read only the id. What is ' +
      'absent is unknown and not empty; read it alone, or list again.',
  });
export const DirectorySummary = z
  .union([
    z.discriminatedUnion('kind', [scimDirectory.meta({ id: 'ScimDirectorySummary' }), NestedDirectory]),
    UnknownDirectory,
  ])
  .meta({ id: 'DirectorySummary' });
