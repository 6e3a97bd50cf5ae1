import type { ScimCase } from '../scim-case.ts';
import { enterpriseUrn, get, groupUrn, list, refused, some, userUrn } from './words.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0';

const resourceType = (
  name: string,
  more: {
    readonly [name: string]: string | readonly { readonly schema: string; readonly required: boolean }[];
  },
) => ({
  schemas: [`${core}:ResourceType`],
  id: name,
  name,
  ...more,
  description: '<text>',
  meta: { resourceType: 'ResourceType', location: `{base}/ResourceTypes/${name}` },
});
const userType = resourceType('User', {
  endpoint: '/Users',
  schema: userUrn,
  schemaExtensions: [{ schema: enterpriseUrn, required: false }],
});
const groupType = resourceType('Group', { endpoint: '/Groups', schema: groupUrn, schemaExtensions: [] });
const schemaOf = (id: string) => ({
  ...some,
  schemas: [`${core}:Schema`],
  id,
  meta: { resourceType: 'Schema', location: `{base}/Schemas/${id}` },
});

/** RFC 7643 §5-7, RFC 7644 §4, RFC 9865 §4; entra-client §10. */
export const discoveryCases: readonly ScimCase[] = [
  {
    name: 'ServiceProviderConfig says what is true (RFC 7643 §5, RFC 9865 §4, XE-23)',
    steps: [
      get('/ServiceProviderConfig', {
        schemas: [`${core}:ServiceProviderConfig`],
        patch: { supported: true },
        bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 4_194_304 },
        filter: { supported: true, maxResults: 1000 },
        changePassword: { supported: false },
        sort: { supported: true },
        etag: { supported: true },
        pagination: {
          cursor: true,
          index: true,
          defaultPaginationMethod: 'index',
          defaultPageSize: 100,
          maxPageSize: 1000,
          cursorTimeout: 3600,
        },
        authenticationSchemes: [
          {
            type: 'oauthbearertoken',
            name: '<text>',
            description: '<text>',
            specUri: '<text>',
            primary: true,
          },
        ],
        meta: { resourceType: 'ServiceProviderConfig', location: '{base}/ServiceProviderConfig' },
      }),
    ],
  },
  {
    name: 'resource types, all and each (RFC 7643 §6)',
    steps: [
      get('/ResourceTypes', list([userType, groupType])),
      get('/ResourceTypes/User', userType),
      get('/ResourceTypes/Group', groupType),
      get('/resourcetypes/user', userType),
    ],
  },
  {
    name: 'schemas, all and each, what clients map first (RFC 7643 §7, scim-peers §4.8, gallery SCIM_Schema_Discoverability)',
    steps: [
      get(
        '/Schemas',
        list(
          [
            userUrn,
            enterpriseUrn,
            groupUrn,
            `${core}:ServiceProviderConfig`,
            `${core}:ResourceType`,
            `${core}:Schema`,
          ].map(schemaOf),
        ),
      ),
      ...[userUrn, enterpriseUrn, groupUrn, `${core}:Schema`].map((id) =>
        get(`/Schemas/${id}`, schemaOf(id)),
      ),
    ],
  },
  {
    name: 'discovery takes no filter (RFC 7644 §4)',
    steps: ['/Schemas', '/ResourceTypes', '/ServiceProviderConfig'].map((path) =>
      refused({ method: 'GET', path: `${path}?filter=name+eq+"User"` }, 403),
    ),
  },
];
