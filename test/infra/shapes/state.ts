import { acls, child, has, listOf, oneOf, onOff, placed, strings } from './shape.ts';

const retention = has({ enabled: 'bool', days: 'int', allowPermanentDelete: 'bool' });
const encrypted = has({ enabled: 'bool', keyType: oneOf('Account', 'Service') });
const afterChange = has({ daysAfterModificationGreaterThan: 'int', daysAfterCreationGreaterThan: 'int' });
const afterCreation = has({ 'daysAfterCreationGreaterThan!': 'int' });
export const storage = {
  'Microsoft.Storage/storageAccounts@2025-06-01': placed(
    has({
      accessTier: oneOf('Cold', 'Cool', 'Hot', 'Premium'),
      allowBlobPublicAccess: 'bool',
      allowCrossTenantReplication: 'bool',
      allowSharedKeyAccess: 'bool',
      defaultToOAuthAuthentication: 'bool',
      isLocalUserEnabled: 'bool',
      isSftpEnabled: 'bool',
      minimumTlsVersion: oneOf('TLS1_2', 'TLS1_3'),
      supportsHttpsTrafficOnly: 'bool',
      publicNetworkAccess: oneOf('Enabled', 'Disabled', 'SecuredByPerimeter'),
      networkAcls: acls(has({ 'value!': 'string', action: oneOf('Allow') })),
      encryption: has({
        keySource: oneOf('Microsoft.Storage', 'Microsoft.Keyvault'),
        requireInfrastructureEncryption: 'bool',
        services: has({ blob: encrypted, file: encrypted, queue: encrypted, table: encrypted }),
      }),
    }),
    { 'kind!': oneOf('StorageV2'), 'sku!': has({ 'name!': 'string' }) },
  ),
  'Microsoft.Storage/storageAccounts/tableServices@2025-06-01': child(has({ cors: 'any' })),
  'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01': child(),
  'Microsoft.Storage/storageAccounts/queueServices@2025-06-01': child(has({ cors: 'any' })),
  'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01': child(has({ metadata: 'any' })),
  'Microsoft.Storage/storageAccounts/blobServices@2025-06-01': child(
    has({
      isVersioningEnabled: 'bool',
      deleteRetentionPolicy: retention,
      containerDeleteRetentionPolicy: retention,
    }),
  ),
  'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01': child(
    has({ publicAccess: oneOf('Blob', 'Container', 'None'), metadata: 'any' }),
  ),
  'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01': child(
    has({
      'policy!': has({
        'rules!': listOf(
          has({
            'name!': 'string',
            'type!': oneOf('Lifecycle'),
            enabled: 'bool',
            'definition!': has({
              filters: has({ 'blobTypes!': strings, prefixMatch: strings }),
              'actions!': has({
                baseBlob: has({ delete: afterChange }),
                snapshot: has({ delete: afterCreation }),
                version: has({ delete: afterCreation }),
              }),
            }),
          }),
        ),
      }),
    }),
  ),
};

export const vault = {
  'Microsoft.KeyVault/vaults@2024-11-01': placed(
    has({
      'tenantId!': 'string',
      'sku!': has({ 'family!': oneOf('A'), 'name!': oneOf('premium', 'standard') }),
      // Needed unless a vault is recovered, says the provider, and empty where roles decide.
      'accessPolicies!': 'any',
      createMode: oneOf('default', 'recover'),
      enableRbacAuthorization: 'bool',
      enableSoftDelete: 'bool',
      softDeleteRetentionInDays: 'int',
      enablePurgeProtection: 'bool',
      enabledForDeployment: 'bool',
      enabledForDiskEncryption: 'bool',
      enabledForTemplateDeployment: 'bool',
      publicNetworkAccess: onOff,
      networkAcls: acls(has({ value: 'string', id: 'string' })),
    }),
  ),
  'Microsoft.KeyVault/vaults/secrets@2024-11-01': child(
    has({ value: 'string', contentType: 'string', attributes: 'any' }),
    { tags: 'any' },
  ),
};
