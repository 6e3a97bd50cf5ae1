import { has, listOf, oneOf, strings } from './shape.ts';

export const entra = {
  'Microsoft.Graph/servicePrincipals@v1.0': has({ 'appId!': 'string' }),
  'Microsoft.Graph/appRoleAssignedTo@v1.0': has({
    'appRoleId!': 'string',
    'principalId!': 'string',
    'resourceId!': 'string',
  }),
  'Microsoft.Graph/applications@v1.0': has({
    'uniqueName!': 'string',
    'displayName!': 'string',
    signInAudience: oneOf('AzureADMyOrg', 'AzureADMultipleOrgs'),
    requiredResourceAccess: listOf(has({ resourceAppId: 'string', resourceAccess: 'any' })),
  }),
  'federatedIdentityCredentials@v1.0': has({
    'name!': 'string',
    'audiences!': strings,
    'issuer!': 'string',
    'subject!': 'string',
    description: 'string',
  }),
};
