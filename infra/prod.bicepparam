// For use: state that survives the loss of a zone or a region; private storage; warm; watched; locked.
using 'main.bicep'

param environmentName = 'prod'
param dataStorageSku = 'Standard_GZRS'
// When its zone is lost the service waits for Azure, and Entra for the service; state and identity are not lost. True keeps two instances ready
// for each timer and queue as well, which costs more than all else together: docs/cost.md.
param zoneRedundant = false
param alwaysReadyHttpInstances = 2
param privateNetwork = true
param logRetentionDays = 90
param exportRetentionDays = 365
param firstAdminKey = readEnvironmentVariable('ROOKERY_FIRST_ADMIN_KEY', '')
param otlpHeaders = readEnvironmentVariable('ROOKERY_OTLP_HEADERS', '')
param alertMailAddress = readEnvironmentVariable('ROOKERY_ALERT_MAIL', '')
param adminTenantId = readEnvironmentVariable('ROOKERY_ADMIN_TENANT_ID', '')
param adminAudience = readEnvironmentVariable('ROOKERY_ADMIN_AUDIENCE', '')
