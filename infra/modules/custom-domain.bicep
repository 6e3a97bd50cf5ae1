// A host name of your own. First pass without a thumbprint binds the name (its CNAME and asuid TXT record must exist);
// after the certificate was added to the site, the second pass with its thumbprint turns TLS on.

@description('Name of the function app.')
param siteName string

@description('Host name that clients use.')
param hostName string

@description('Thumbprint of its certificate; empty in the first pass.')
param thumbprint string

resource site 'Microsoft.Web/sites@2025-03-01' existing = {
  name: siteName
}

resource binding 'Microsoft.Web/sites/hostNameBindings@2025-03-01' = {
  parent: site
  name: hostName
  properties: {
    siteName: siteName
    hostNameType: 'Verified'
    customHostNameDnsRecordType: 'CName'
    sslState: empty(thumbprint) ? 'Disabled' : 'SniEnabled'
    thumbprint: empty(thumbprint) ? null : thumbprint
  }
}
