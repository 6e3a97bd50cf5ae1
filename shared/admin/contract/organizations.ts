import { z } from 'zod';
import { OrganizationId } from '../../model/ids.ts';
import { PreviewFeatures } from '../registry.ts';
import { listQuery, Name, type Operation, pageOf, Time } from './operation.ts';
import { TenantId } from './tenant-id.ts';

export const organizationParams = z.object({
  organizationId: OrganizationId.meta({
    description: 'Id of the organization.',
    example: 'org_019ab0c1d2e3f4a5b6c7d8e9f0a1b2c3',
  }),
});

const nestedDirectories = z.boolean().meta({
  description:
    'Whether tenants may be read through Microsoft Graph. Turned off, runs that are under way stop at their next checkpoint and none ' +
    'begins; directories, what was read, runs and logs stay and can be read, changed and deleted.',
});

const tenants = z
  .array(TenantId)
  .max(50)
  .meta({
    description:
      'Tenants that the organization’s own administrators may connect; a key of the whole installation may connect any, and alone changes ' +
      'this list. Directories that are connected already stay so.',
  });

export const Organization = z
  .object({
    id: organizationParams.shape.organizationId,
    name: Name,
    preview: PreviewFeatures.extend({ nestedDirectories }),
    tenants,
    created: Time,
    lastModified: Time,
  })
  .meta({ id: 'Organization' });

export const organizationOperations = {
  listOrganizations: {
    method: 'GET',
    path: '/api/v1/orgs',
    summary: 'List the organizations you may see',
    tag: 'Organizations',
    role: 'reader',
    reach: 'any',
    params: z.object({}),
    query: z.object(listQuery),
    status: 200,
    answer: pageOf(Organization, 'OrganizationPage'),
  },
  createOrganization: {
    method: 'POST',
    path: '/api/v1/orgs',
    summary: 'Create an organization',
    tag: 'Organizations',
    role: 'admin',
    reach: 'installation',
    params: z.object({}),
    body: z.strictObject({ name: Name, tenants: tenants.optional() }).meta({ id: 'OrganizationDraft' }),
    versioned: true,
    status: 201,
    answer: Organization,
  },
  readOrganization: {
    method: 'GET',
    path: '/api/v1/orgs/{organizationId}',
    summary: 'Read an organization',
    tag: 'Organizations',
    role: 'reader',
    reach: 'organization',
    params: organizationParams,
    versioned: true,
    status: 200,
    answer: Organization,
  },
  changeOrganization: {
    method: 'PATCH',
    path: '/api/v1/orgs/{organizationId}',
    summary: 'Rename an organization, turn preview features on and off, or say which tenants it may read',
    description: 'What is absent stays as it is.',
    tag: 'Organizations',
    role: 'admin',
    reach: 'organization',
    params: organizationParams,
    body: z
      .strictObject({
        name: Name.optional(),
        preview: z.strictObject({ nestedDirectories }).partial().optional(),
        tenants: tenants.optional(),
      })
      .meta({ id: 'OrganizationPatch' }),
    guarded: true,
    versioned: true,
    status: 200,
    answer: Organization,
  },
  deleteOrganization: {
    method: 'DELETE',
    path: '/api/v1/orgs/{organizationId}',
    summary: 'Delete an organization that has no directories',
    conditional: true,
    tag: 'Organizations',
    role: 'admin',
    reach: 'installation',
    params: organizationParams,
    status: 204,
  },
} as const satisfies Record<string, Operation>;
