// The service itself: a Flex Consumption plan and one function app that runs the deployed package under its own identity.

@description('Name of the plan.')
param planName string

@description('Name of the function app.')
param siteName string

@description('Azure region.')
param location string

@description('Tags of both.')
param tags object

@description('Resource id of the identity that the service runs as.')
param identityId string

@description('Client id of that identity.')
param identityClientId string

@description('Name of the account that the Functions host uses.')
param hostStorageName string

@description('Container that packages are deployed to.')
param packagesContainerName string

@description('Name of the account that holds directory state.')
param dataStorageName string

@description('Where the first admin key is read from in the vault; empty for none.')
param firstAdminKeyUri string

@description('Address of Application Insights; ingestion needs the identity besides.')
param componentConnectionString string

@description('Workspace that receives the logs of the host.')
param workspaceId string

@description('Subnet to send traffic through; empty for none.')
param subnetId string

@description('Who may call over HTTPS.')
@allowed(['internet', 'entra'])
param inboundAccess string

@description('CIDR ranges that may call besides Entra when inboundAccess is entra.')
param allowedAddressRanges string[]

@description('Host name of your own that clients use; empty for the default one.')
param publicHostName string

@description('Entra tenant whose tokens the admin API accepts; empty for none.')
param adminTenantId string

@description('Audience of those tokens.')
param adminAudience string

@description('Microsoft cloud of the tenants that nested directories read.')
param graphCloud string

@description('How nested directories prove who reads.')
param graphCredential string

@description('Client id of the app that other tenants consent to; empty for none.')
param graphClientId string

@description('Address of the secret of that app in the vault; empty for none.')
param graphClientSecretUri string

@description('When that secret expires, such as 2027-06-30; empty when there is none.')
param graphCredentialExpires string

@description('Address of the certificate of that app, as PEM with its private key, in the vault; empty for none.')
param graphClientCertificateUri string

@description('Least important log lines that are written.')
param logLevel string

@description('When everything is exported, UTC: seconds, minutes, hours, day, month, weekday.')
param exportSchedule string

@description('OpenTelemetry collector that receives log lines and metrics as well; empty for none.')
param otlpEndpoint string

@description('Where the headers for the collector are read from in the vault; empty for none.')
param otlpHeadersUri string

@description('Spreads instances over zones.')
param zoneRedundant bool

@description('Memory of one instance in MB.')
param instanceMemoryMB int

@description('Upper bound of instances.')
param maximumInstanceCount int

@description('HTTP instances that never scale to zero.')
param alwaysReadyHttpInstances int

@description('HTTP requests one instance takes at a time.')
param httpPerInstanceConcurrency int

resource hostStorage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: hostStorageName
}

resource dataStorage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataStorageName
}

var hostSettings = [
  { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
  { name: 'AzureWebJobsStorage__clientId', value: identityClientId }
  { name: 'AzureWebJobsStorage__blobServiceUri', value: hostStorage.properties.primaryEndpoints.blob }
  { name: 'AzureWebJobsStorage__queueServiceUri', value: hostStorage.properties.primaryEndpoints.queue }
  { name: 'AzureWebJobsStorage__tableServiceUri', value: hostStorage.properties.primaryEndpoints.table }
  // The host reads the queue of the sync trigger under the same name as the app.
  { name: 'DirectoryStorage__credential', value: 'managedidentity' }
  { name: 'AzureWebJobsDisableHomepage', value: 'true' }
  { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: componentConnectionString }
  { name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING', value: 'ClientId=${identityClientId};Authorization=AAD' }
]
// What functions/settings.ts reads; a test compares the two.
var ownSettings = [
  { name: 'DirectoryStorage__clientId', value: identityClientId }
  { name: 'DirectoryStorage__tableServiceUri', value: dataStorage.properties.primaryEndpoints.table }
  { name: 'DirectoryStorage__queueServiceUri', value: dataStorage.properties.primaryEndpoints.queue }
  { name: 'DirectoryStorage__blobServiceUri', value: dataStorage.properties.primaryEndpoints.blob }
  { name: 'PUBLIC_ORIGIN', value: origin }
  { name: 'FIRST_ADMIN_KEY', value: empty(firstAdminKeyUri) ? '' : '@Microsoft.KeyVault(SecretUri=${firstAdminKeyUri})' }
  { name: 'ADMIN_TENANT_ID', value: adminTenantId }
  { name: 'ADMIN_AUDIENCE', value: adminAudience }
  { name: 'GRAPH_CLOUD', value: graphCloud }
  { name: 'GRAPH_CREDENTIAL', value: graphCredential }
  { name: 'GRAPH_CLIENT_ID', value: graphClientId }
  { name: 'GRAPH_CLIENT_SECRET', value: empty(graphClientSecretUri) ? '' : '@Microsoft.KeyVault(SecretUri=${graphClientSecretUri})' }
  { name: 'GRAPH_CLIENT_SECRET_EXPIRES', value: graphCredentialExpires }
  { name: 'GRAPH_CLIENT_CERTIFICATE', value: empty(graphClientCertificateUri) ? '' : '@Microsoft.KeyVault(SecretUri=${graphClientCertificateUri})' }
  { name: 'GRAPH_MANAGED_IDENTITY_CLIENT_ID', value: identityClientId }
  { name: 'LOG_LEVEL', value: logLevel }
  { name: 'EXPORT_SCHEDULE', value: exportSchedule }
  { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: otlpEndpoint }
  { name: 'OTEL_EXPORTER_OTLP_HEADERS', value: empty(otlpHeadersUri) ? '' : '@Microsoft.KeyVault(SecretUri=${otlpHeadersUri})' }
]
// The name is ours and globally unique, so that the service can know its own address before it exists.
var origin = empty(publicHostName) ? 'https://${siteName}.azurewebsites.net' : 'https://${publicHostName}'

var entraRule = [
  {
    name: 'entra-provisioning'
    description: 'Addresses that Microsoft Entra ID calls from.'
    tag: 'ServiceTag'
    ipAddress: 'AzureActiveDirectory'
    action: 'Allow'
    priority: 100
  }
]
var rangeRules = [
  for (range, index) in allowedAddressRanges: {
    name: 'range-${index}'
    description: 'Admins and scripts.'
    tag: 'Default'
    ipAddress: range
    action: 'Allow'
    priority: 200 + index
  }
]
var restricted = inboundAccess == 'entra'

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: siteName
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    clientCertEnabled: false
    publicNetworkAccess: 'Enabled'
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostStorage.properties.primaryEndpoints.blob}${packagesContainerName}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: '24'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyHttpInstances > 0 ? [{ name: 'http', instanceCount: alwaysReadyHttpInstances }] : []
        triggers: {
          http: { perInstanceConcurrency: httpPerInstanceConcurrency }
        }
      }
    }
    siteConfig: {
      appSettings: concat(hostSettings, ownSettings)
      http20Enabled: true
      ipSecurityRestrictions: restricted ? concat(entraRule, rangeRules) : []
      ipSecurityRestrictionsDefaultAction: restricted ? 'Deny' : 'Allow'
      minTlsVersion: '1.2'
      remoteDebuggingEnabled: false
      scmIpSecurityRestrictionsUseMain: false
      scmMinTlsVersion: '1.2'
      webSocketsEnabled: false
    }
  }
}

// Nobody publishes with a password, nor by FTP, which knows nothing else: deployment goes by Entra identity. The plan refuses ftpsState.
resource basicScm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'scm'
  properties: { allow: false }
}

resource basicFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'ftp'
  properties: { allow: false }
}

resource siteLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: site
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'FunctionAppLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Name of the function app.')
output siteName string = site.name

@description('URL that clients reach the service at.')
output origin string = origin
