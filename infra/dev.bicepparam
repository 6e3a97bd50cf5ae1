// To try it out: one region, one zone, nothing kept warm, nothing called from outside, nothing locked.
using 'main.bicep'

param environmentName = 'dev'
param dataStorageSku = 'Standard_LRS'
param alwaysReadyHttpInstances = 0
param watchReachability = false
param logDailyCapGb = 1
param exportRetentionDays = 7
param lockResources = false
param firstAdminKey = readEnvironmentVariable('ROOKERY_FIRST_ADMIN_KEY', '')
param otlpHeaders = readEnvironmentVariable('ROOKERY_OTLP_HEADERS', '')
param alertMailAddress = readEnvironmentVariable('ROOKERY_ALERT_MAIL', '')
