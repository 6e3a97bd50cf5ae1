// Keeps the two things that cannot be made again from being deleted by a slip. Rows and tables are data, which a lock does not guard.

@description('Name of the account that holds directory state.')
param dataStorageName string

@description('Name of the vault.')
param vaultName string

resource dataStorage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataStorageName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource dataLock 'Microsoft.Authorization/locks@2020-05-01' = {
  scope: dataStorage
  name: 'state-must-stay'
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds every directory. Remove this lock only to remove Rookery.'
  }
}

resource vaultLock 'Microsoft.Authorization/locks@2020-05-01' = {
  scope: vault
  name: 'secrets-must-stay'
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds the secrets of Rookery. Remove this lock only to remove Rookery.'
  }
}
