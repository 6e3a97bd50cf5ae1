// For azd, which sets these variables. Deployments by hand name dev.bicepparam or prod.bicepparam instead.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dev')
param firstAdminKey = readEnvironmentVariable('ROOKERY_FIRST_ADMIN_KEY', '')
param alertMailAddress = readEnvironmentVariable('ROOKERY_ALERT_MAIL', '')
