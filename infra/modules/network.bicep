// Storage and vault answer inside this network only. The way in over HTTPS stays public: Entra calls from the Internet.

@description('Name of the virtual network.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource here.')
param tags object

@description('Address space; its first half is for the site, its second for private endpoints.')
param addressPrefix string

@description('Resource id of the account that the Functions host uses.')
param hostStorageId string

@description('Resource id of the account that holds directory state.')
param dataStorageId string

@description('Resource id of the vault.')
param vaultId string

var storageSuffix = environment().suffixes.storage
var zoneNames = [
  'privatelink.blob.${storageSuffix}'
  'privatelink.queue.${storageSuffix}'
  'privatelink.table.${storageSuffix}'
  'privatelink.vaultcore.azure.net'
]
var endpoints = [
  { name: 'host-blob', target: hostStorageId, part: 'blob', zone: 0 }
  { name: 'host-queue', target: hostStorageId, part: 'queue', zone: 1 }
  { name: 'host-table', target: hostStorageId, part: 'table', zone: 2 }
  { name: 'data-blob', target: dataStorageId, part: 'blob', zone: 0 }
  { name: 'data-queue', target: dataStorageId, part: 'queue', zone: 1 }
  { name: 'data-table', target: dataStorageId, part: 'table', zone: 2 }
  { name: 'vault', target: vaultId, part: 'vault', zone: 3 }
]

resource integrationRules 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: 'nsg-${name}-integration'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        // Nobody calls into this subnet; the platform's own probes are let be.
        name: 'nothing-comes-in-from-outside'
        properties: {
          priority: 4000
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource endpointRules 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: 'nsg-${name}-endpoints'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'https-from-the-site'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: cidrSubnet(addressPrefix, 25, 0)
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '443'
        }
      }
      {
        name: 'nothing-else-comes-in'
        properties: {
          priority: 4000
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'integration'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 25, 0)
          networkSecurityGroup: { id: integrationRules.id }
          delegations: [
            {
              name: 'flex-consumption'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 25, 1)
          networkSecurityGroup: { id: endpointRules.id }
          privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled'
          defaultOutboundAccess: false
        }
      }
    ]
  }

  resource integration 'subnets' existing = {
    name: 'integration'
  }

  resource forEndpoints 'subnets' existing = {
    name: 'endpoints'
  }
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zoneName in zoneNames: {
    name: zoneName
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zoneName, index) in zoneNames: {
    parent: zones[index]
    name: name
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: virtualNetwork.id }
    }
  }
]

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2025-05-01' = [
  for endpoint in endpoints: {
    name: 'pe-${name}-${endpoint.name}'
    location: location
    tags: tags
    properties: {
      subnet: { id: virtualNetwork::forEndpoints.id }
      privateLinkServiceConnections: [
        {
          name: endpoint.name
          properties: {
            // A parameter of this module, by way of the list above; the rule does not look into lists.
            #disable-next-line use-resource-id-functions
            privateLinkServiceId: endpoint.target
            groupIds: [endpoint.part]
          }
        }
      ]
    }
  }
]

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = [
  for (endpoint, index) in endpoints: {
    parent: privateEndpoints[index]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: endpoint.part
          properties: { privateDnsZoneId: zones[endpoint.zone].id }
        }
      ]
    }
  }
]

@description('Subnet that the site sends its traffic through.')
output integrationSubnetId string = virtualNetwork::integration.id
