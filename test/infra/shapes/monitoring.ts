import { child, has, listOf, oneOf, placed, strings } from './shape.ts';

const logged = listOf(has({ category: 'string', categoryGroup: 'string', 'enabled!': 'bool' }));
const actionIds = listOf(has({ actionGroupId: 'string', webHookProperties: 'any' }));
const comparison = oneOf('Equals', 'GreaterThan', 'GreaterThanOrEqual', 'LessThan', 'LessThanOrEqual');
const aggregation = oneOf('Average', 'Count', 'Maximum', 'Minimum', 'Total');

export const monitoring = {
  'Microsoft.OperationalInsights/workspaces@2025-07-01': placed(
    has({
      sku: has({ 'name!': oneOf('CapacityReservation', 'PerGB2018') }),
      retentionInDays: 'int',
      workspaceCapping: has({ dailyQuotaGb: 'int' }),
      features: has({ disableLocalAuth: 'bool', enableLogAccessUsingOnlyResourcePermissions: 'bool' }),
    }),
  ),
  'Microsoft.Insights/components@2020-02-02': placed(
    has({
      'Application_Type!': oneOf('other', 'web'),
      WorkspaceResourceId: 'string',
      DisableLocalAuth: 'bool',
      DisableIpMasking: 'bool',
    }),
    { 'kind!': 'string' },
  ),
  'Microsoft.Insights/diagnosticSettings@2021-05-01-preview': child(
    has({ workspaceId: 'string', logs: logged, metrics: logged }),
  ),
  'Microsoft.Insights/actionGroups@2023-01-01': placed(
    has({
      'enabled!': 'bool',
      'groupShortName!': 'string',
      emailReceivers: listOf(
        has({ 'name!': 'string', 'emailAddress!': 'string', useCommonAlertSchema: 'bool' }),
      ),
    }),
  ),
  'Microsoft.Insights/scheduledQueryRules@2023-12-01': placed(
    has({
      displayName: 'string',
      description: 'string',
      severity: 'int',
      enabled: 'bool',
      scopes: strings,
      evaluationFrequency: 'string',
      windowSize: 'string',
      autoMitigate: 'bool',
      skipQueryValidation: 'bool',
      criteria: has({
        allOf: listOf(
          has({
            query: 'string',
            timeAggregation: aggregation,
            operator: comparison,
            threshold: 'int',
            failingPeriods: has({ numberOfEvaluationPeriods: 'int', minFailingPeriodsToAlert: 'int' }),
          }),
        ),
      }),
      actions: has({ actionGroups: strings }),
    }),
    { kind: oneOf('LogAlert', 'LogToMetric') },
  ),
  'Microsoft.Insights/metricAlerts@2018-03-01': placed(
    has({
      description: 'string',
      'severity!': 'int',
      'enabled!': 'bool',
      'scopes!': strings,
      'evaluationFrequency!': 'string',
      'windowSize!': 'string',
      autoMitigate: 'bool',
      'criteria!': has({
        'odata.type!': oneOf(
          'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria',
          'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria',
        ),
        webTestId: 'string',
        componentId: 'string',
        failedLocationCount: 'int',
        allOf: listOf(
          has({
            'criterionType!': oneOf('StaticThresholdCriterion'),
            'name!': 'string',
            metricNamespace: 'string',
            'metricName!': 'string',
            'timeAggregation!': aggregation,
            'operator!': comparison,
            'threshold!': 'int',
            skipMetricValidation: 'bool',
            dimensions: listOf(
              has({ 'name!': 'string', 'operator!': oneOf('Include', 'Exclude'), 'values!': strings }),
            ),
          }),
        ),
      }),
      actions: actionIds,
    }),
  ),
  'Microsoft.Insights/webtests@2022-06-15': placed(
    has({
      'SyntheticMonitorId!': 'string',
      'Name!': 'string',
      Enabled: 'bool',
      'Kind!': oneOf('multistep', 'ping', 'standard'),
      Frequency: 'int',
      Timeout: 'int',
      RetryEnabled: 'bool',
      'Locations!': listOf(has({ Id: 'string' })),
      Request: has({ HttpVerb: 'string', RequestUrl: 'string', FollowRedirects: 'bool' }),
      ValidationRules: has({
        ExpectedHttpStatusCode: 'int',
        SSLCheck: 'bool',
        SSLCertRemainingLifetimeCheck: 'int',
      }),
    }),
    { kind: oneOf('multistep', 'ping', 'standard') },
  ),
};
