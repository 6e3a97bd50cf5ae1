// Who the service is. User-assigned, so that it outlives the site and its roles can be granted before the site exists.

@description('Name of the identity.')
param name string

@description('Azure region.')
param location string

@description('Tags of the identity.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Resource id, to attach to the site.')
output identityId string = identity.id

@description('Object id, to grant roles to.')
output principalId string = identity.properties.principalId

@description('Client id, by which the service asks for its tokens.')
output clientId string = identity.properties.clientId
