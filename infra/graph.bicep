// What Rookery may read in Microsoft Entra ID. On its own, because it needs rights in Entra (Privileged Role Administrator, or
// AppRoleAssignment.ReadWrite.All) that whoever deploys main.bicep need not have. Only nested directories need it.
// The same without Bicep is in docs/connect-entra.md.
extension microsoftGraphV1

targetScope = 'resourceGroup'

@description('Object id of the managed identity: the output identityPrincipalId of main.bicep.')
param identityPrincipalId string

@description('Graph application permissions. These two read users, groups and memberships, and write nothing.')
param permissions string[] = ['GroupMember.Read.All', 'User.Read.All']

@description('Display name of an app registration for reading other tenants; empty for none.')
param otherTenantsAppName string = ''

// Of each cloud's own Entra; tokens of one cloud open nothing in another.
var tokenExchangeAudiences = {
  AzureCloud: 'api://AzureADTokenExchange'
  AzureUSGovernment: 'api://AzureADTokenExchangeUSGov'
  AzureChinaCloud: 'api://AzureADTokenExchangeChina'
}
var tokenExchangeAudience = tokenExchangeAudiences[environment().name]

// In China the login endpoint of Resource Manager is an older name than the one in tokens.
var issuerHost = environment().name == 'AzureChinaCloud'
  ? 'https://login.partner.microsoftonline.cn/'
  : environment().authentication.loginEndpoint

resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {
  appId: '00000003-0000-0000-c000-000000000000'
}

resource grants 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [
  for permission in permissions: {
    appRoleId: filter(graph.appRoles, role => role.value == permission)[0].id
    principalId: identityPrincipalId
    resourceId: graph.id
  }
]

// Another tenant consents to this app; the managed identity signs in as it, so that there is no secret to expire or leak.
resource otherTenantsApp 'Microsoft.Graph/applications@v1.0' = if (!empty(otherTenantsAppName)) {
  uniqueName: 'rookery-${identityPrincipalId}'
  displayName: otherTenantsAppName
  signInAudience: 'AzureADMultipleOrgs'
  requiredResourceAccess: [
    {
      resourceAppId: graph.appId
      resourceAccess: map(permissions, permission => {
        id: filter(graph.appRoles, role => role.value == permission)[0].id
        type: 'Role'
      })
    }
  ]

  resource managedIdentity 'federatedIdentityCredentials@v1.0' = {
    name: '${otherTenantsApp.uniqueName}/managed-identity'
    audiences: [tokenExchangeAudience]
    issuer: '${issuerHost}${tenant().tenantId}/v2.0'
    subject: identityPrincipalId
    description: 'The managed identity of Rookery signs in as this app.'
  }
}

@description('Client id of the app that other tenants consent to; empty when there is none.')
output otherTenantsAppId string = empty(otherTenantsAppName) ? '' : otherTenantsApp!.appId
