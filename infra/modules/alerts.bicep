// What wakes somebody up. docs/runbook.md has one page for each alert, under the alert's name.

@description('Short name of the environment, part of each alert\'s name.')
param environmentName string

@description('Azure region of the log alerts.')
param location string

@description('Tags of every alert.')
param tags object

@description('Workspace that is searched.')
param workspaceId string

@description('Application Insights component that runs the reachability test.')
param componentId string

@description('Account that holds directory state.')
param dataStorageId string

@description('Address that answers 200 while the service is ready.')
param healthUrl string

@description('False when the test agents may not call the service.')
param watchReachability bool

@description('Mail address; empty for none.')
param mailAddress string

@description('Functions that the deployed package registers. A test compares it with the package.')
param functionCountExpected int = 11

// Looking every five minutes costs three times what every fifteen does: for what people notice at once.
var logAlerts = [
  {
    name: 'message-poisoned'
    severity: 1
    summary: 'A queue message failed five times and was put aside: a sync step is stuck.'
    query: 'AppTraces | where tostring(parse_json(Message).event) == "message-poisoned"'
    every: 'PT15M'
    over: 'PT15M'
    threshold: 0
  }
  {
    name: 'directory-failed'
    severity: 2
    summary: 'A timer failed for single directories more than 5 times in 15 minutes. All others were looked after.'
    query: 'AppTraces | where tostring(parse_json(Message).event) == "directory-failed"'
    every: 'PT15M'
    over: 'PT15M'
    threshold: 5
  }
  {
    name: 'server-errors'
    severity: 1
    summary: 'More than 1 % of at least 50 requests in 15 minutes were answered with a 5xx.'
    query: 'AppRequests | summarize total = count(), failed = countif(toint(ResultCode) >= 500) | where total >= 50 and failed * 100.0 / total > 1.0'
    every: 'PT5M'
    over: 'PT15M'
    threshold: 0
  }
  {
    name: 'unauthorized-burst'
    severity: 2
    summary: 'More than 100 requests in 15 minutes were answered with 401: an expired key, or somebody guessing.'
    query: 'AppRequests | where ResultCode == "401"'
    every: 'PT15M'
    over: 'PT15M'
    threshold: 100
  }
  {
    name: 'sync-late'
    severity: 2
    summary: 'A nested directory has not completed a run in its time.'
    query: 'AppTraces | where tostring(parse_json(Message).event) == "sync-late"'
    every: 'PT15M'
    over: 'PT30M'
    threshold: 0
  }
  {
    name: 'graph-throttled'
    severity: 3
    summary: 'Microsoft Graph answered 429 or 503 more than 50 times in 15 minutes.'
    query: 'AppTraces | where tostring(parse_json(Message).event) == "graph-throttled"'
    every: 'PT15M'
    over: 'PT15M'
    threshold: 50
  }
  {
    name: 'safeguard-held'
    severity: 2
    summary: 'A run wants to remove more than its threshold allows and waits for a person.'
    query: 'AppTraces | where tostring(parse_json(Message).event) == "safeguard-held"'
    every: 'PT15M'
    over: 'PT15M'
    threshold: 0
  }
  {
    name: 'request-log-lost'
    severity: 3
    summary: 'Entries of the request log could not be written. Requests themselves were answered and stored.'
    query: 'AppTraces | where tostring(parse_json(Message).event) == "request-log-lost"'
    every: 'PT15M'
    over: 'PT15M'
    threshold: 10
  }
  {
    name: 'key-expiring'
    severity: 2
    summary: 'A SCIM key or a Graph secret expires in 30, 14, 7 or 1 days.'
    query: 'AppTraces | where tostring(parse_json(Message).event) == "key-expiring"'
    every: 'PT1H'
    over: 'PT1H'
    threshold: 0
  }
  {
    name: 'export-missing'
    severity: 2
    summary: 'For 26 hours no nightly export has been completed.'
    // A service younger than that has not missed one yet.
    query: 'AppTraces | where TimeGenerated > ago(2d) | summarize made = countif(TimeGenerated > ago(26h) and tostring(parse_json(Message).event) == "exported"), before = countif(TimeGenerated < ago(26h)) | where made == 0 and before > 0'
    every: 'PT1H'
    over: 'P2D'
    threshold: 0
  }
  {
    name: 'fsck-found'
    severity: 3
    summary: 'The daily check found rows of a directory that do not fit together.'
    query: 'AppTraces | where tostring(parse_json(Message).event) == "fsck-found"'
    every: 'PT1H'
    over: 'PT1H'
    threshold: 0
  }
  {
    name: 'functions-missing'
    severity: 0
    summary: 'The host started with another number of functions than the package has: the package does not load, and answers 404.'
    query: 'AppTraces | extend loaded = toint(extract("^([0-9]+) functions loaded$", 1, Message)) | where isnotnull(loaded) and loaded != ${functionCountExpected}'
    every: 'PT5M'
    over: 'PT10M'
    threshold: 0
  }
]

resource actions 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-rookery-${environmentName}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: take('rook-${environmentName}', 12)
    emailReceivers: empty(mailAddress) ? [] : [
      {
        name: 'operator'
        emailAddress: mailAddress
        useCommonAlertSchema: true
      }
    ]
  }
}

resource logAlertRules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in logAlerts: {
    name: 'rookery-${environmentName}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Rookery ${environmentName}: ${alert.name}'
      description: '${alert.summary} See docs/runbook.md#${alert.name}'
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: alert.every
      windowSize: alert.over
      autoMitigate: true
      // The tables appear with the first record; a new workspace must not fail the deployment.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: alert.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: { actionGroups: [actions.id] }
    }
  }
]

resource storageThrottled 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'rookery-${environmentName}-storage-throttled'
  location: 'global'
  tags: tags
  properties: {
    description: 'Storage refused requests because a partition or the account is over its limit. See docs/runbook.md#storage-throttled'
    severity: 2
    enabled: true
    scopes: [dataStorageId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'throttled'
          metricNamespace: 'Microsoft.Storage/storageAccounts'
          metricName: 'Transactions'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 20
          dimensions: [
            {
              name: 'ResponseType'
              operator: 'Include'
              values: ['ServerBusyError', 'ClientThrottlingError', 'ClientAccountRequestThrottlingError', 'ServerTimeoutError']
            }
          ]
        }
      ]
    }
    actions: [{ actionGroupId: actions.id }]
  }
}

resource storageUnavailable 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'rookery-${environmentName}-storage-unavailable'
  location: 'global'
  tags: tags
  properties: {
    description: 'The state account answers less than 99 % of requests. See docs/runbook.md#storage-unavailable'
    severity: 1
    enabled: true
    scopes: [dataStorageId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'availability'
          metricNamespace: 'Microsoft.Storage/storageAccounts'
          metricName: 'Availability'
          timeAggregation: 'Average'
          operator: 'LessThan'
          threshold: 99
        }
      ]
    }
    actions: [{ actionGroupId: actions.id }]
  }
}

resource reachability 'Microsoft.Insights/webtests@2022-06-15' = if (watchReachability) {
  name: 'rookery-${environmentName}-reachability'
  location: location
  // The hidden link is how the portal and the alert find the component of a test.
  tags: union(tags, { 'hidden-link:${componentId}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: 'rookery-${environmentName}-reachability'
    Name: 'Rookery ${environmentName} is ready'
    Enabled: true
    Kind: 'standard'
    Frequency: 300
    Timeout: 30
    RetryEnabled: true
    Locations: [
      { Id: 'emea-nl-ams-azr' }
      { Id: 'us-va-ash-azr' }
      { Id: 'apac-sg-sin-azr' }
    ]
    Request: {
      HttpVerb: 'GET'
      RequestUrl: healthUrl
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
      SSLCertRemainingLifetimeCheck: 14
    }
  }
}

resource unreachable 'Microsoft.Insights/metricAlerts@2018-03-01' = if (watchReachability) {
  name: 'rookery-${environmentName}-service-unreachable'
  location: 'global'
  tags: tags
  properties: {
    description: 'The service is not ready as seen from at least two places. See docs/runbook.md#service-unreachable'
    severity: 0
    enabled: true
    scopes: [reachability.id, componentId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: reachability.id
      componentId: componentId
      failedLocationCount: 2
    }
    actions: [{ actionGroupId: actions.id }]
  }
}
