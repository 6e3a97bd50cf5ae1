// For use: survives the loss of a zone or, for the state, of a region; private storage; warm; locked.
using 'main.bicep'

param environmentName = 'prod'
param dataStorageSku = 'Standard_GZRS'
param zoneRedundant = true
param alwaysReadyHttpInstances = 2
param privateNetwork = true
param logRetentionDays = 90
param exportRetentionDays = 365
param firstAdminKey = readEnvironmentVariable('ROOKERY_FIRST_ADMIN_KEY', '')
param otlpHeaders = readEnvironmentVariable('ROOKERY_OTLP_HEADERS', '')
param alertMailAddress = readEnvironmentVariable('ROOKERY_ALERT_MAIL', '')
param adminTenantId = readEnvironmentVariable('ROOKERY_ADMIN_TENANT_ID', '')
param adminAudience = readEnvironmentVariable('ROOKERY_ADMIN_AUDIENCE', '')
