// For azd, which sets these variables. Deployments by hand name dev.bicepparam or prod.bicepparam instead.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dev')
param firstAdminKey = readEnvironmentVariable('ROOKERY_FIRST_ADMIN_KEY', '')
param otlpHeaders = readEnvironmentVariable('ROOKERY_OTLP_HEADERS', '')
param alertMailAddress = readEnvironmentVariable('ROOKERY_ALERT_MAIL', '')
