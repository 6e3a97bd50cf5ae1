import { child, has, listOf, oneOf, placed, reference, strings } from './shape.ts';

const rule = has({
  'name!': 'string',
  'properties!': has({
    'priority!': 'int',
    'direction!': oneOf('Inbound', 'Outbound'),
    'access!': oneOf('Allow', 'Deny'),
    'protocol!': oneOf('*', 'Ah', 'Esp', 'Icmp', 'Tcp', 'Udp'),
    sourceAddressPrefix: 'string',
    sourcePortRange: 'string',
    destinationAddressPrefix: 'string',
    destinationPortRange: 'string',
    description: 'string',
  }),
});

export const network = {
  'Microsoft.Network/networkSecurityGroups@2025-05-01': placed(has({ securityRules: listOf(rule) })),
  'Microsoft.Network/virtualNetworks@2025-05-01': placed(
    has({
      addressSpace: has({ addressPrefixes: strings }),
      subnets: listOf(
        has({
          'name!': 'string',
          properties: has({
            addressPrefix: 'string',
            networkSecurityGroup: reference,
            delegations: listOf(has({ name: 'string', properties: has({ serviceName: 'string' }) })),
            privateEndpointNetworkPolicies: oneOf(
              'Disabled',
              'Enabled',
              'NetworkSecurityGroupEnabled',
              'RouteTableEnabled',
            ),
            defaultOutboundAccess: 'bool',
          }),
        }),
      ),
    }),
  ),
  'Microsoft.Network/privateDnsZones@2024-06-01': placed(),
  'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01': placed(
    has({ registrationEnabled: 'bool', virtualNetwork: reference }),
  ),
  'Microsoft.Network/privateEndpoints@2025-05-01': placed(
    has({
      subnet: reference,
      privateLinkServiceConnections: listOf(
        has({
          'name!': 'string',
          properties: has({ privateLinkServiceId: 'string', groupIds: strings, requestMessage: 'string' }),
        }),
      ),
    }),
  ),
  'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01': child(
    has({
      privateDnsZoneConfigs: listOf(
        has({ 'name!': 'string', properties: has({ privateDnsZoneId: 'string' }) }),
      ),
    }),
  ),
};
