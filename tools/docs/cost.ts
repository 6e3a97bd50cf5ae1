import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from './markdown-table.ts';

/** List prices in USD as of 2026, pay as you go, East US. They change: check them before you rely on a sum. */
const prices = {
  /** Table Storage, LRS: 10,000 requests; a transaction of many rows is one. */
  tableRequests: 0.000_36 / 10_000,
  tableGigabyteMonth: 0.045,
  /** ZRS and GZRS cost more per GB; requests about the same. */
  gzrsFactor: 2.25,
  /** Flex Consumption, on demand: GB-seconds and executions, after the monthly grant. */
  gigabyteSecond: 0.000_026,
  gigabyteSecondsFree: 100_000,
  execution: 0.4 / 1_000_000,
  executionsFree: 250_000,
  /** An instance that is always ready, while it waits. */
  readyGigabyteSecond: 0.000_004,
  /** Log Analytics, pay as you go, and the free allowance of a month. */
  logGigabyte: 2.3,
  logGigabytesFree: 5,
} as const;

/** What an ordinary month brings, per user or per month. */
const month = {
  seconds: 30 * 24 * 3600,
  /** Entra starts a cycle every 40 minutes and asks one question of each kind. */
  cycles: (30 * 24 * 60) / 40,
  joiners: 0.01,
  leavers: 0.01,
  changed: 0.05,
  membershipChanges: 0.1,
  /** The timer that finishes what was interrupted runs every minute. */
  timerRuns: 30 * 24 * 60,
  /** Groups a joiner is added to. */
  groupsOfJoiner: 8,
} as const;

const assumed = {
  instanceGigabytes: 2,
  /** Flex bills at least a second per execution; as if no two requests ever shared an instance. */
  billedSeconds: 1,
  /** Rows of a user with its indexes, and of eight memberships in both directions. */
  bytesPerUser: 3_000 + 3 * 300 + 16 * 250,
  bytesLoggedPerRequest: 2_000,
  /** Organizations, directories and what is due in each. */
  storageRequestsPerTimerRun: 8,
  /** Key check, and the request log at its dearest: one write per request. */
  requestsBeside: 2,
} as const;

interface Traffic {
  readonly requests: number;
  readonly storageRequests: number;
}

type CostOf = (request: string) => number;

/** A month of one directory of `users`, by the storage requests that the bench counted. */
function monthOf(users: number, costOf: CostOf): Traffic {
  return traffic(costOf, [
    [month.cycles, 'userName eq, nobody (connection test)'],
    [users * month.joiners, 'userName eq, nobody (connection test)'],
    [users * month.joiners, 'POST user'],
    [users * month.joiners * month.groupsOfJoiner, 'displayName eq, members excluded'],
    [users * month.joiners * month.groupsOfJoiner, 'PATCH group of 100, 1 member added'],
    [users * month.changed, 'GET user by id, with its groups'],
    [users * month.changed, 'PATCH user'],
    [users * month.membershipChanges, 'displayName eq, members excluded'],
    [users * month.membershipChanges, 'PATCH group of 100, 1 member added'],
    [users * month.leavers, 'GET user by id, with its groups'],
    [users * month.leavers, 'DELETE user in 2 groups'],
  ]);
}

/** The initial cycle, once: everybody is looked for, created and added to groups one by one. */
function initialCycleOf(users: number, costOf: CostOf): Traffic {
  return traffic(costOf, [
    [users, 'userName eq, nobody (connection test)'],
    [users, 'POST user'],
    [users * month.groupsOfJoiner, 'PATCH group of 100, 1 member added'],
  ]);
}

function traffic(costOf: CostOf, sent: readonly (readonly [count: number, request: string])[]): Traffic {
  return {
    requests: sent.reduce((sum, [count]) => sum + count, 0),
    storageRequests: sent.reduce(
      (sum, [count, request]) => sum + count * (costOf(request) + assumed.requestsBeside),
      0,
    ),
  };
}

/** The table of docs/cost.md, each figure with its arithmetic. */
export async function costTable(): Promise<string> {
  const { roundTrips } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../bench/baseline.json'), 'utf8'),
  );
  const costOf = (request: string): number => {
    const found = roundTrips[request];
    if (found === undefined) throw new Error(`bench/baseline.json does not have "${request}"`);
    return found.requests;
  };
  const sizes = [1_000, 100_000, 1_000_000];
  const columns = sizes.map((users) =>
    figuresOf(users, { month: monthOf(users, costOf), initial: initialCycleOf(users, costOf) }),
  );
  const labels = columns[0]?.map(({ label }) => label) ?? [];
  const rows = labels.map((label, row) => [label, ...columns.map((column) => column[row]?.text ?? '')]);
  return markdownTable(['a month', ...sizes.map((users) => `${count(users)} users`)], rows, true);
}

interface CostFigure {
  readonly label: string;
  readonly text: string;
}

function figuresOf(
  users: number,
  sent: { readonly month: Traffic; readonly initial: Traffic },
): readonly CostFigure[] {
  const { requests } = sent.month;
  const storageRequests = sent.month.storageRequests + month.timerRuns * assumed.storageRequestsPerTimerRun;
  const executions = requests + month.timerRuns;
  const gigabytes = (users * assumed.bytesPerUser) / 1e9;
  const busySeconds = executions * assumed.billedSeconds * assumed.instanceGigabytes;
  const logged = (executions * assumed.bytesLoggedPerRequest) / 1e9;
  const usd = {
    storageRequests: storageRequests * prices.tableRequests,
    storage: gigabytes * prices.tableGigabyteMonth * prices.gzrsFactor,
    compute:
      Math.max(0, busySeconds - prices.gigabyteSecondsFree) * prices.gigabyteSecond +
      Math.max(0, executions - prices.executionsFree) * prices.execution,
    logs: Math.max(0, logged - prices.logGigabytesFree) * prices.logGigabyte,
  };
  const ready = month.seconds * assumed.instanceGigabytes * prices.readyGigabyteSecond;
  const scaledToZero = Object.values(usd).reduce((sum, part) => sum + part, 0);
  return [
    { label: 'SCIM requests', text: count(requests) },
    { label: `executions: with ${count(month.timerRuns)} of the timer`, text: count(executions) },
    { label: 'storage requests', text: count(storageRequests) },
    { label: `× ${prices.tableRequests.toFixed(9)} USD`, text: money(usd.storageRequests) },
    { label: `state in GB (${count(assumed.bytesPerUser)} bytes per user)`, text: gigabytes.toFixed(2) },
    {
      label: `× ${prices.tableGigabyteMonth} USD × ${prices.gzrsFactor} for GZRS`,
      text: money(usd.storage),
    },
    {
      label: `GB-seconds (${assumed.billedSeconds} s × ${assumed.instanceGigabytes} GB per execution)`,
      text: count(busySeconds),
    },
    {
      label: `− ${count(prices.gigabyteSecondsFree)} free, × ${prices.gigabyteSecond.toFixed(6)} USD, and executions`,
      text: money(usd.compute),
    },
    {
      label: `logs in GB (${count(assumed.bytesLoggedPerRequest)} bytes per execution)`,
      text: logged.toFixed(2),
    },
    {
      label: `− ${prices.logGigabytesFree} free, × ${prices.logGigabyte.toFixed(2)} USD`,
      text: money(usd.logs),
    },
    { label: '**sum, scaled to zero**', text: `**${money(scaledToZero)}**` },
    {
      label: `one instance always ready: ${count(month.seconds)} s × ${assumed.instanceGigabytes} GB × ${prices.readyGigabyteSecond.toFixed(6)} USD`,
      text: money(ready),
    },
    { label: '**sum, one instance always ready**', text: `**${money(scaledToZero + ready)}**` },
    { label: 'once: SCIM requests of the initial cycle', text: count(sent.initial.requests) },
    { label: 'once: its cost, nothing free any more', text: money(costWithoutGrant(sent.initial)) },
  ];
}

const costWithoutGrant = ({ requests, storageRequests }: Traffic): number =>
  storageRequests * prices.tableRequests +
  requests * assumed.billedSeconds * assumed.instanceGigabytes * prices.gigabyteSecond +
  requests * prices.execution +
  ((requests * assumed.bytesLoggedPerRequest) / 1e9) * prices.logGigabyte;

const count = (value: number): string => Math.round(value).toLocaleString('en');
const money = (value: number): string => `${value.toFixed(2)} USD`;
