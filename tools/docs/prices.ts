import { markdownTable } from './markdown-table.ts';

/** List prices in USD, pay as you go, East US, without tax. They change: check them before you rely on a sum. */
export const prices = {
  /** A transaction of many rows is one request. */
  tableRequest: 0.000_36 / 10_000,
  tableGigabyteMonth: 0.045,
  blobGigabyteMonth: 0.0184,
  /** ZRS and GZRS cost more per GB; requests about the same. */
  gzrsFactor: 2.25,
  gigabyteSecond: 0.000_026,
  gigabyteSecondsFree: 100_000,
  execution: 0.4 / 1_000_000,
  executionsFree: 250_000,
  /** An instance that is always ready, while it waits and on top while it works; nothing of it is free. */
  readyGigabyteSecond: 0.000_004,
  readyBusyGigabyteSecond: 0.000_016,
  logGigabyte: 2.3,
  logGigabytesFree: 5,
  /** A month of a log alert rule that looks every five minutes, or less often. */
  logAlertEveryFive: 1.5,
  logAlertSeldom: 0.5,
  metricAlertSeries: 0.1,
  webTestExecution: 0.0005,
  privateEndpointMonth: 7.3,
  dnsZoneMonth: 0.5,
} as const;

const retail = 'Azure Retail Prices API, as quoted in public notes of 2026-10-05';
const many = 'Azure price page, as quoted alike in several public notes of 2025 and 2026';
const bill = 'public notes on a bill: 13.39 USD in August 2026 for three places every five minutes';
const memory = 'general knowledge, not confirmed';

const sources: readonly (readonly [what: string, price: string, source: string])[] = [
  ['Table Storage, 10,000 requests', '0.00036', many],
  ['Table Storage, GB and month, LRS', '0.045', many],
  ['Blob Storage, hot, GB and month, LRS', '0.0184', many],
  ['GZRS in place of LRS, per GB', '× 2.25', memory],
  ['Flex Consumption, GB-second on demand, 100,000 free', '0.000026', retail],
  ['Flex Consumption, million executions on demand, 250,000 free', '0.40', retail],
  ['Flex Consumption, GB-second of a ready instance, waiting', '0.000004', retail],
  ['Flex Consumption, GB-second of a ready instance, working', '0.000016', retail],
  ['Log Analytics, GB, 5 free', '2.30', many],
  ['log alert rule, every 5 minutes, month', '1.50', many],
  ['log alert rule, every 15 minutes or less often, month', '0.50', memory],
  ['metric alert, time series and month', '0.10', many],
  ['reachability test, execution', '0.0005', bill],
  ['private endpoint, month', '7.30', many],
  ['private DNS zone, month', '0.50', many],
];

/** The prices of docs/cost.md and where each comes from. */
export const priceTable = async (): Promise<string> => markdownTable(['price', 'USD', 'source'], sources);
