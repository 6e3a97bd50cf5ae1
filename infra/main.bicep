// Everything Rookery needs in one resource group. Plain resources only, so that it compiles without a module registry.
// graph.bicep holds what needs rights in Microsoft Entra ID instead of in Azure, and is deployed on its own.
targetScope = 'resourceGroup'

@description('Short name of the environment, letters, digits and hyphens; part of every resource name.')
@minLength(2)
@maxLength(8)
param environmentName string

@description('Azure region of every resource. Defaults to the region of the resource group.')
param location string = resourceGroup().location

@description('Tags put on every resource besides application and environment.')
param tags object = {}

@description('Replication of the account that holds directory state: ZRS survives the loss of a zone, GZRS that of a region.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GZRS'])
param dataStorageSku string = 'Standard_ZRS'

@description('Spreads instances over zones. Keeps at least two instances of each scale group ready, and bills them.')
param zoneRedundant bool = false

@description('Memory of one instance in MB; also decides its share of processor.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Upper bound of instances, and so of cost and of load on storage.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('HTTP instances that never scale to zero. One removes the cold start from the first request of a cycle.')
@minValue(0)
@maxValue(20)
param alwaysReadyHttpInstances int = 1

@description('HTTP requests one instance takes at a time before another is started.')
@minValue(1)
@maxValue(1000)
param httpPerInstanceConcurrency int = 32

@description('Puts storage and vault behind private endpoints in an own virtual network. Inbound HTTPS stays public: Entra calls from the Internet.')
param privateNetwork bool = false

@description('Address space of the virtual network when privateNetwork is true; a /24 or larger.')
param addressPrefix string = '10.74.0.0/24'

@description('Who may call over HTTPS: everyone (each request still needs its key), or only Entra and the ranges of allowedAddressRanges.')
@allowed(['internet', 'entra'])
param inboundAccess string = 'internet'

@description('CIDR ranges of admins and scripts that may call when inboundAccess is entra.')
param allowedAddressRanges string[] = []

@description('Host name of your own that clients use, such as scim.contoso.com; empty for the default one. Its DNS records must exist first.')
param customHostName string = ''

@description('Thumbprint of the certificate of customHostName; empty in the first pass, before the certificate exists.')
param customHostNameThumbprint string = ''

@description('First admin key, made by you: at least 32 random characters, kept in the vault only. Empty takes the setting away again, once you have issued admin keys.')
@secure()
param firstAdminKey string = ''

@description('Entra tenant whose access tokens the admin API accepts; empty accepts admin keys only.')
param adminTenantId string = ''

@description('Audience that those tokens must carry: the application (client) id of the admin API. Goes together with adminTenantId.')
param adminAudience string = ''

@description('Microsoft cloud of the tenants that nested directories read.')
@allowed(['public', 'us-government', 'us-government-dod', 'china'])
param graphCloud string = 'public'

@description('How nested directories prove who reads: managed-identity for the home tenant, federated for an app of other tenants without a secret.')
@allowed(['managed-identity', 'federated', 'client-secret', 'certificate'])
param graphCredential string = 'managed-identity'

@description('Client id of the app that other tenants consent to: the output otherTenantsAppId of graph.bicep; empty for none.')
param graphClientId string = ''

@description('Address of the secret of that app in a vault that the identity may read; empty for none.')
param graphClientSecretUri string = ''

@description('When that secret expires, such as 2027-06-30, so that somebody is told 30, 14, 7 and 1 days before; empty when there is none.')
param graphCredentialExpires string = ''

@description('Address of the certificate of that app, as PEM with its private key, in a vault that the identity may read; empty for none.')
param graphClientCertificateUri string = ''

@description('Least important log lines that are written; debug may name people.')
@allowed(['error', 'warning', 'information', 'debug'])
param logLevel string = 'information'

@description('When everything is exported, UTC: seconds, minutes, hours, day, month, weekday. At least once a day: the alert export-missing asks for it.')
param exportSchedule string = '0 0 2 * * *'

@description('OpenTelemetry collector (OTLP/HTTP) that receives log lines and metrics as well; empty for none.')
param otlpEndpoint string = ''

@description('Headers for the collector, name=value,name=value; kept in the vault only.')
@secure()
param otlpHeaders string = ''

@description('Calls /health/ready from three places every five minutes. Not possible when inboundAccess is entra.')
param watchReachability bool = true

@description('Mail address that alerts go to; empty raises alerts without sending them.')
param alertMailAddress string = ''

@description('Days that logs are kept in the workspace.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('GB of logs per day after which ingestion stops until midnight UTC, so that a flood cannot run up a bill. -1 for no cap.')
param logDailyCapGb int = 5

@description('Days that a nightly export is kept.')
@minValue(7)
@maxValue(3650)
param exportRetentionDays int = 90

@description('True in one deployment after the resource group was deleted and made again within 90 days: takes the deleted vault back.')
param recoverVault bool = false

@description('Guards the state account and the vault against deletion of the resource.')
param lockResources bool = true

var allTags = union(tags, { application: 'rookery', environment: environmentName })
// Names of storage accounts take neither capitals nor hyphens.
var storageEnvironment = toLower(replace(environmentName, '-', ''))
var token = uniqueString(resourceGroup().id, environmentName)
// What names a resource is known before anything is deployed: a preview leaves out a module that has to wait for it.
var names = {
  identity: 'id-rookery-${environmentName}'
  hostStorage: take('strookhost${storageEnvironment}${token}', 24)
  dataStorage: take('strookdata${storageEnvironment}${token}', 24)
  exports: 'exports'
  workspace: 'log-rookery-${environmentName}'
  component: 'appi-rookery-${environmentName}'
  vault: take('kv-rook-${environmentName}-${token}', 24)
  plan: 'asp-rookery-${environmentName}'
  site: 'func-rookery-${environmentName}-${token}'
  network: 'vnet-rookery-${environmentName}'
}

module identity 'modules/identity.bicep' = {
  params: {
    name: names.identity
    location: location
    tags: allTags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    workspaceName: names.workspace
    componentName: names.component
    location: location
    tags: allTags
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
  }
}

module hostStorage 'modules/host-storage.bicep' = {
  params: {
    name: names.hostStorage
    location: location
    tags: allTags
    sku: dataStorageSku == 'Standard_LRS' ? 'Standard_LRS' : 'Standard_ZRS'
    publicAccess: !privateNetwork
    workspaceId: monitoring.outputs.workspaceId
  }
}

module dataStorage 'modules/data-storage.bicep' = {
  params: {
    name: names.dataStorage
    location: location
    tags: allTags
    sku: dataStorageSku
    publicAccess: !privateNetwork
    exportsContainerName: names.exports
    exportRetentionDays: exportRetentionDays
    workspaceId: monitoring.outputs.workspaceId
  }
}

module keyVault 'modules/key-vault.bicep' = {
  params: {
    name: names.vault
    location: location
    tags: allTags
    publicAccess: !privateNetwork
    recover: recoverVault
    firstAdminKey: firstAdminKey
    otlpHeaders: otlpHeaders
    workspaceId: monitoring.outputs.workspaceId
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  params: {
    name: names.network
    location: location
    tags: allTags
    addressPrefix: addressPrefix
    hostStorageId: hostStorage.outputs.accountId
    dataStorageId: dataStorage.outputs.accountId
    vaultId: keyVault.outputs.vaultId
  }
}

module roles 'modules/roles.bicep' = {
  params: {
    // Part of the names of the assignments, because the principal of an assignment cannot be changed.
    #disable-next-line what-if-short-circuiting
    principalId: identity.outputs.principalId
    hostStorageName: names.hostStorage
    dataStorageName: names.dataStorage
    exportsContainerName: names.exports
    vaultName: names.vault
    componentName: names.component
  }
  dependsOn: [hostStorage, dataStorage, keyVault, monitoring]
}

module site 'modules/site.bicep' = {
  params: {
    planName: names.plan
    siteName: names.site
    location: location
    tags: allTags
    identityId: identity.outputs.identityId
    identityClientId: identity.outputs.clientId
    hostStorageName: names.hostStorage
    packagesContainerName: hostStorage.outputs.packagesContainerName
    dataStorageName: names.dataStorage
    firstAdminKeyUri: empty(firstAdminKey) ? '' : keyVault.outputs.firstAdminKeyUri
    componentConnectionString: monitoring.outputs.connectionString
    workspaceId: monitoring.outputs.workspaceId
    subnetId: privateNetwork ? network!.outputs.integrationSubnetId : ''
    inboundAccess: inboundAccess
    allowedAddressRanges: allowedAddressRanges
    publicHostName: customHostName
    adminTenantId: adminTenantId
    adminAudience: adminAudience
    graphCloud: graphCloud
    graphCredential: graphCredential
    graphClientId: graphClientId
    graphClientSecretUri: graphClientSecretUri
    graphCredentialExpires: graphCredentialExpires
    graphClientCertificateUri: graphClientCertificateUri
    logLevel: logLevel
    exportSchedule: exportSchedule
    otlpEndpoint: otlpEndpoint
    otlpHeadersUri: empty(otlpHeaders) ? '' : keyVault.outputs.otlpHeadersUri
    zoneRedundant: zoneRedundant
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    // The platform takes no fewer than two of a group in different zones.
    alwaysReadyHttpInstances: zoneRedundant ? max(alwaysReadyHttpInstances, 2) : alwaysReadyHttpInstances
    httpPerInstanceConcurrency: httpPerInstanceConcurrency
  }
  // The host reads its storage while it starts, and the vault reference of the first admin key is resolved then.
  dependsOn: [roles]
}

module customDomain 'modules/custom-domain.bicep' = if (!empty(customHostName)) {
  params: {
    siteName: names.site
    hostName: customHostName
    thumbprint: customHostNameThumbprint
  }
  dependsOn: [site]
}

module alerts 'modules/alerts.bicep' = {
  params: {
    environmentName: environmentName
    location: location
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
    componentId: monitoring.outputs.componentId
    dataStorageId: dataStorage.outputs.accountId
    healthUrl: '${site.outputs.origin}/health/ready'
    watchReachability: watchReachability && inboundAccess == 'internet'
    mailAddress: alertMailAddress
  }
}

module locks 'modules/locks.bicep' = if (lockResources) {
  params: {
    dataStorageName: names.dataStorage
    vaultName: names.vault
  }
  dependsOn: [dataStorage, keyVault]
}

@description('URL that clients reach the service at; the SCIM base URL of each directory begins with it.')
output origin string = site.outputs.origin

@description('Name of the function app, for func azure functionapp publish.')
output siteName string = site.outputs.siteName

@description('Object id of the managed identity, for graph.bicep.')
output identityPrincipalId string = identity.outputs.principalId

@description('Client id of the managed identity.')
output identityClientId string = identity.outputs.clientId

@description('Name of the account that holds directory state.')
output dataStorageName string = dataStorage.outputs.accountName

@description('Name of the vault.')
output vaultName string = keyVault.outputs.vaultName
