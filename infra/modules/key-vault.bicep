// Secrets that must be readable again: the first admin key, headers for a collector, and client secrets of nested directories. SCIM keys are
// stored as hashes elsewhere. Deployed again with the same value, a secret keeps its version.

@description('Name of the vault.')
param name string

@description('Azure region.')
param location string

@description('Tags of the vault.')
param tags object

@description('False when only a private endpoint may reach it.')
param publicAccess bool

@description('True once, to take a deleted vault of this name back with what was in it.')
param recover bool

@description('First admin key; empty for none.')
@secure()
param firstAdminKey string

@description('Headers for the OpenTelemetry collector; empty for none.')
@secure()
param otlpHeaders string

@description('Workspace that receives its audit log.')
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    // A deleted vault keeps its name for 90 days and cannot be purged, so that another of the name cannot be made meanwhile.
    createMode: recover ? 'recover' : 'default'
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    accessPolicies: []
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: publicAccess ? 'Allow' : 'Deny'
    }
  }
}

resource adminKey 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(firstAdminKey)) {
  parent: vault
  name: 'first-admin-key'
  properties: {
    value: firstAdminKey
    contentType: 'Rookery admin key'
  }
}

resource collectorHeaders 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(otlpHeaders)) {
  parent: vault
  name: 'otlp-headers'
  properties: {
    value: otlpHeaders
    contentType: 'OTEL_EXPORTER_OTLP_HEADERS'
  }
}

resource vaultLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Resource id, for the private endpoint.')
output vaultId string = vault.id

@description('Name of the vault, as it was given.')
output vaultName string = vault.name

@description('Where the first admin key is read from; the address, not the key.')
output firstAdminKeyUri string = '${vault.properties.vaultUri}secrets/first-admin-key'

@description('Where the headers for the collector are read from; the address, not the headers.')
output otlpHeadersUri string = '${vault.properties.vaultUri}secrets/otlp-headers'
