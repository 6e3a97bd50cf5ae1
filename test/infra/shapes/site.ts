import { child, has, listOf, oneOf, onOff, placed } from './shape.ts';

const allow = child(has({ 'allow!': 'bool' }));

export const identityAndRights = {
  'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30': placed(),
  'Microsoft.Authorization/roleAssignments@2022-04-01': child(
    has({
      'principalId!': 'string',
      'roleDefinitionId!': 'string',
      principalType: oneOf('Device', 'ForeignGroup', 'Group', 'ServicePrincipal', 'User'),
      description: 'string',
    }),
  ),
  'Microsoft.Authorization/locks@2020-05-01': child(
    has({ 'level!': oneOf('CanNotDelete', 'ReadOnly'), notes: 'string' }),
  ),
};

export const site = {
  'Microsoft.Web/serverfarms@2025-03-01': placed(has({ reserved: 'bool', zoneRedundant: 'bool' }), {
    kind: 'string',
    sku: has({ name: 'string', tier: 'string' }),
  }),
  'Microsoft.Web/sites@2025-03-01': placed(
    has({
      serverFarmId: 'string',
      httpsOnly: 'bool',
      clientAffinityEnabled: 'bool',
      clientCertEnabled: 'bool',
      publicNetworkAccess: onOff,
      keyVaultReferenceIdentity: 'string',
      virtualNetworkSubnetId: 'string',
      functionAppConfig: has({
        deployment: has({
          storage: has({
            type: oneOf('blobContainer'),
            value: 'string',
            authentication: has({
              type: oneOf('StorageAccountConnectionString', 'SystemAssignedIdentity', 'UserAssignedIdentity'),
              userAssignedIdentityResourceId: 'string',
            }),
          }),
        }),
        runtime: has({ name: oneOf('node'), version: 'string' }),
        scaleAndConcurrency: has({
          instanceMemoryMB: 'int',
          maximumInstanceCount: 'int',
          alwaysReady: listOf(has({ name: 'string', instanceCount: 'int' })),
          triggers: has({ http: has({ perInstanceConcurrency: 'int' }) }),
        }),
      }),
      siteConfig: has({
        appSettings: listOf(has({ name: 'string', value: 'string' })),
        http20Enabled: 'bool',
        ipSecurityRestrictions: listOf(
          has({
            name: 'string',
            description: 'string',
            tag: oneOf('Default', 'ServiceTag', 'XffProxy'),
            ipAddress: 'string',
            action: oneOf('Allow', 'Deny'),
            priority: 'int',
          }),
        ),
        ipSecurityRestrictionsDefaultAction: oneOf('Allow', 'Deny'),
        minTlsVersion: oneOf('1.2', '1.3'),
        remoteDebuggingEnabled: 'bool',
        scmIpSecurityRestrictionsUseMain: 'bool',
        scmMinTlsVersion: oneOf('1.2', '1.3'),
        webSocketsEnabled: 'bool',
      }),
    }),
    { kind: 'string', identity: has({ type: oneOf('UserAssigned'), userAssignedIdentities: 'any' }) },
  ),
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01': allow,
  'Microsoft.Web/sites/hostNameBindings@2025-03-01': child(
    has({
      siteName: 'string',
      hostNameType: oneOf('Managed', 'Verified'),
      customHostNameDnsRecordType: oneOf('A', 'CName'),
      sslState: oneOf('Disabled', 'IpBasedEnabled', 'SniEnabled'),
      thumbprint: 'string',
    }),
  ),
};
