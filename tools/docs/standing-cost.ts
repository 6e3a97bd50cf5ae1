import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from './markdown-table.ts';
import { money } from './money.ts';
import { prices } from './prices.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const secondsOfMonth = 30 * 24 * 3600;
const instanceGigabytes = 2;

/** What is deployed, by how many of each there are in the templates. */
function deployed() {
  const alerts = read('infra/modules/alerts.bicep');
  const network = read('infra/modules/network.bicep');
  const triggers = globSync('functions/*.ts', { cwd: root }).map((path) => read(path));
  const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const all = count(alerts, /^ {4}every: /gm);
  const everyFive = count(alerts, /^ {4}every: 'PT5M'/gm);
  return {
    everyFive,
    seldom: all - everyFive,
    places: count(alerts, /\{ Id: '/g),
    endpoints: count(network, /, target: /g),
    zones: count(network, /^ {2}'privatelink\./gm),
    /** On Flex Consumption HTTP functions scale together, and each other function alone. */
    scaleGroups: 1 + triggers.reduce((sum, text) => sum + count(text, /^app\.(timer|storageQueue)\(/gm), 0),
  };
}

/** Availability, three reasons of refusal and the reachability test. */
const metricSeries = 6;

interface Environment {
  readonly name: string;
  readonly readyInstances: number;
  readonly watched: boolean;
  readonly isPrivate: boolean;
}

const environments = (scaleGroups: number): readonly Environment[] => [
  { name: '`dev.bicepparam`', readyInstances: 0, watched: false, isPrivate: false },
  { name: '`prod.bicepparam`', readyInstances: 2, watched: true, isPrivate: true },
  {
    name: 'prod, zoneRedundant = true',
    ...{ readyInstances: 2 * scaleGroups, watched: true, isPrivate: true },
  },
];

type Line = readonly [label: string, cost: (of: Environment) => number];

function linesOf(has: ReturnType<typeof deployed>): readonly Line[] {
  const alerts = has.everyFive * prices.logAlertEveryFive + has.seldom * prices.logAlertSeldom;
  const tests = has.places * ((30 * 24 * 60) / 5) * prices.webTestExecution;
  const network = has.endpoints * prices.privateEndpointMonth + has.zones * prices.dnsZoneMonth;
  const ready = secondsOfMonth * instanceGigabytes * prices.readyGigabyteSecond;
  return [
    [`log alerts: ${has.everyFive} × 1.50 + ${has.seldom} × 0.50`, () => alerts],
    [`metric alerts: ${metricSeries} × 0.10`, () => metricSeries * prices.metricAlertSeries],
    [`reachability test: ${has.places} × 8,640 × 0.0005`, ({ watched }) => (watched ? tests : 0)],
    [
      `private network: ${has.endpoints} endpoints × 7.30 + ${has.zones} zones × 0.50`,
      ({ isPrivate }) => (isPrivate ? network : 0),
    ],
    [
      `ready instances (0, 2, and 2 for each of ${has.scaleGroups} scale groups) × 2,592,000 s × 2 GB × 0.000004`,
      ({ readyInstances }) => readyInstances * ready,
    ],
  ];
}

/** USD a month of each environment before anybody calls it. */
export function standingCosts(): readonly number[] {
  const has = deployed();
  const lines = linesOf(has);
  return environments(has.scaleGroups).map((one) => lines.reduce((sum, [, cost]) => sum + cost(one), 0));
}

/** What an installation costs a month before anybody calls it. */
export async function standingCostTable(): Promise<string> {
  const has = deployed();
  const columns = environments(has.scaleGroups);
  const rows = linesOf(has).map(([label, cost]) => [label, ...columns.map((one) => money(cost(one)))]);
  const sums = standingCosts().map((sum) => `**${money(sum)}**`);
  return markdownTable(
    ['a month, whatever is done', ...columns.map(({ name }) => name)],
    [...rows, ['**sum**', ...sums]],
    true,
  );
}
