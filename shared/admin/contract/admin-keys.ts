import { z } from 'zod';
import { AdminRole } from '../../access/admin-access.ts';
import { KeyId, OrganizationId } from '../../model/ids.ts';
import { AuditEntry } from '../audit.ts';
import { listQuery, Name, type Operation, pageOf, Time } from './operation.ts';
import { organizationParams } from './organizations.ts';

export const AdminKey = z
  .object({
    id: KeyId,
    name: Name,
    prefix: z.string().optional(),
    role: AdminRole,
    scope: z.union([z.literal('all'), OrganizationId]).meta({ description: 'What it opens.' }),
    created: Time,
    expires: Time.nullable(),
    lastUsed: Time.optional(),
  })
  .meta({ id: 'AdminKey' });

const AdminKeyDraft = z
  .strictObject({
    name: Name,
    role: AdminRole,
    expiresInDays: z.int().min(1).max(365).default(365).meta({ description: 'Days until it expires.' }),
  })
  .meta({ id: 'AdminKeyDraft' });

const NewAdminKey = AdminKey.extend({
  key: z.string().optional().meta({ description: 'The admin key: in this answer only, it is not stored.' }),
  keyAlreadyShown: z.literal(true).optional(),
}).meta({ id: 'NewAdminKey' });

const AuditVerdict = z
  .object({
    intact: z.boolean(),
    entries: z.int().meta({ description: 'Entries that are in order, from the first.' }),
    firstBad: z.int().optional().meta({ description: 'Number at which the chain breaks.' }),
  })
  .meta({ id: 'AuditVerdict' });

const keyId = KeyId.meta({ description: 'Id of the key.' });
const ofOrganization = { reach: 'organization', params: organizationParams } as const;
const ofInstallation = { reach: 'installation', params: z.object({}) } as const;
const list = {
  method: 'GET',
  tag: 'Admin keys',
  role: 'admin',
  query: z.object(listQuery),
  status: 200,
  answer: pageOf(AdminKey, 'AdminKeyPage'),
} as const;
const create = {
  method: 'POST',
  tag: 'Admin keys',
  role: 'admin',
  body: AdminKeyDraft,
  status: 201,
  answer: NewAdminKey,
} as const;
const revoke = { method: 'DELETE', tag: 'Admin keys', role: 'admin', status: 204 } as const;
const audit = {
  method: 'GET',
  tag: 'Audit',
  role: 'reader',
  query: z.object(listQuery),
  status: 200,
  answer: pageOf(AuditEntry.meta({ id: 'AuditEntry' }), 'AuditPage'),
} as const;
const verify = { method: 'GET', tag: 'Audit', role: 'reader', status: 200, answer: AuditVerdict } as const;

const inOrganization = '/api/v1/orgs/{organizationId}';

export const adminKeyOperations = {
  listAdminKeys: {
    ...{ ...list, ...ofOrganization, path: `${inOrganization}/admin-keys` },
    summary: 'List the admin keys of an organization',
  },
  createAdminKey: {
    ...{ ...create, ...ofOrganization, path: `${inOrganization}/admin-keys` },
    summary: 'Create an admin key that opens one organization',
  },
  revokeAdminKey: {
    ...{ ...revoke, reach: 'organization', path: `${inOrganization}/admin-keys/{keyId}` },
    params: organizationParams.extend({ keyId }),
    summary: 'Revoke an admin key of an organization at once',
  },
  listInstallationKeys: {
    ...{ ...list, ...ofInstallation, path: '/api/v1/admin-keys' },
    summary: 'List the admin keys that open every organization',
  },
  createInstallationKey: {
    ...{ ...create, ...ofInstallation, path: '/api/v1/admin-keys' },
    summary: 'Create an admin key that opens every organization',
  },
  revokeInstallationKey: {
    ...{ ...revoke, reach: 'installation', path: '/api/v1/admin-keys/{keyId}' },
    params: z.object({ keyId }),
    summary: 'Revoke an admin key that opens every organization, the first one included',
  },
  listAudit: {
    ...{ ...audit, ...ofOrganization, path: `${inOrganization}/audit` },
    summary: 'What admins did in an organization, oldest first',
  },
  verifyAudit: {
    ...{ ...verify, ...ofOrganization, path: `${inOrganization}/audit:verify` },
    summary: 'Check the audit of an organization for tampering',
  },
  listInstallationAudit: {
    ...{ ...audit, ...ofInstallation, path: '/api/v1/audit' },
    summary: 'What was done with keys that open every organization',
  },
  verifyInstallationAudit: {
    ...{ ...verify, ...ofInstallation, path: '/api/v1/audit:verify' },
    summary: 'Check the audit of the installation for tampering',
  },
} as const satisfies Record<string, Operation>;
