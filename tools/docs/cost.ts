import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from './markdown-table.ts';
import { count, money } from './money.ts';
import { prices } from './prices.ts';
import { timerOperations } from './timer-operations.ts';

/** What an ordinary month brings, per user or per month. */
const month = {
  /** Entra starts a cycle every 40 minutes and asks one question of each kind. */
  cycles: (30 * 24 * 60) / 40,
  joiners: 0.01,
  leavers: 0.01,
  changed: 0.05,
  membershipChanges: 0.1,
  /** Groups a joiner is added to. */
  groupsOfJoiner: 8,
} as const;

/** Firings of each timer. */
const firings = {
  maintenance: 30 * 24 * 60,
  'sync-timer': 30 * 24 * 60,
  notices: 30 * 24,
  'nightly-export': 30,
  fsck: 30,
} as const;

const assumed = {
  instanceGigabytes: 2,
  /** Flex bills at least a second per execution; as if no two requests ever shared an instance. */
  billedSeconds: 1,
  /** Rows of a user with its indexes, of eight memberships in both directions, and of the changes of the first year in the outbox. */
  rowsPerUser: 4 + 16 + 13,
  bytesPerUser: 3_000 + 3 * 300 + 16 * 250 + 13 * 350,
  /** A row in an export, packed; measured. */
  bytesPerRowExported: 90,
  exportsKept: 90,
  rowsPerPage: 1_000,
  secondsPerPage: 0.1,
  /** The daily check leaves larger directories to a person. */
  usersCheckedMax: 90_000,
  bytesLoggedPerExecution: 2_000,
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

/** What the timers do, in round trips to storage and in seconds beyond the first of each firing. */
function timersOf(users: number) {
  const pages = Math.ceil((users * assumed.rowsPerUser) / assumed.rowsPerPage);
  const checked = users <= assumed.usersCheckedMax ? pages : 0;
  const watching =
    firings.maintenance * timerOperations.maintenance +
    firings['sync-timer'] * timerOperations['sync-timer'] +
    firings.notices * timerOperations.notices;
  const reading = firings['nightly-export'] * pages + firings.fsck * checked;
  return { watching, reading, executions: Object.values(firings).reduce((sum, one) => sum + one, 0) };
}

/** The table of docs/cost.md of what use costs, each figure with its arithmetic. */
export async function costTable(): Promise<string> {
  const costOf = countedCosts();
  const sizes = [1_000, 100_000, 1_000_000];
  const columns = sizes.map((users) =>
    figuresOf(users, { month: monthOf(users, costOf), initial: initialCycleOf(users, costOf) }),
  );
  const labels = columns[0]?.map(({ label }) => label) ?? [];
  const rows = labels.map((label, row) => [label, ...columns.map((column) => column[row]?.text ?? '')]);
  return markdownTable(['a month of use', ...sizes.map((users) => `${count(users)} users`)], rows, true);
}

/** USD of a month of use, scaled to zero. */
export const costOfUse = (users: number): number => sumOf(useOf(users, monthOf(users, countedCosts())).usd);

/** Round trips of each request, as the bench counted them. */
function countedCosts(): CostOf {
  const { roundTrips } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../bench/baseline.json'), 'utf8'),
  );
  return (request) => {
    const found = roundTrips[request];
    if (found === undefined) throw new Error(`bench/baseline.json does not have "${request}"`);
    return found.requests;
  };
}

const sumOf = (parts: Readonly<Record<string, number>>): number =>
  Object.values(parts).reduce((total, part) => total + part, 0);

interface CostFigure {
  readonly label: string;
  readonly text: string;
}

function figuresOf(
  users: number,
  sent: { readonly month: Traffic; readonly initial: Traffic },
): readonly CostFigure[] {
  const use = useOf(users, sent.month);
  const { usd } = use;
  return [
    { label: 'SCIM requests', text: count(sent.month.requests) },
    {
      label: `executions: and ${count(timersOf(users).executions)} of the timers`,
      text: count(use.executions),
    },
    { label: 'storage requests of SCIM', text: count(sent.month.storageRequests) },
    {
      label: `of the timers: 43,200 × (${timerOperations.maintenance} + ${timerOperations['sync-timer']}) + 720 × ${timerOperations.notices}`,
      text: count(use.timers.watching),
    },
    { label: 'of export and check: 30 × pages of 1,000 rows each', text: count(use.timers.reading) },
    { label: 'all × 0.000000036 USD', text: money(usd.storageRequests) },
    {
      label: `state, GB: ${count(assumed.bytesPerUser)} bytes per user, a year of changes in it`,
      text: use.gigabytes.toFixed(2),
    },
    { label: `× ${prices.tableGigabyteMonth} USD × ${prices.gzrsFactor} for GZRS`, text: money(usd.storage) },
    {
      label: `exports, GB: ${assumed.rowsPerUser} rows per user × ${assumed.bytesPerRowExported} bytes × ${assumed.exportsKept} nights`,
      text: use.exported.toFixed(2),
    },
    { label: `× ${prices.blobGigabyteMonth} USD × ${prices.gzrsFactor}`, text: money(usd.exports) },
    {
      label: `GB-seconds: ${assumed.billedSeconds} s × ${assumed.instanceGigabytes} GB per execution, ${assumed.secondsPerPage} s per page`,
      text: count(use.busy.scim + use.busy.timers),
    },
    {
      label: '− 100,000 free, × 0.000026 USD, and executions',
      text: money(usd.compute),
    },
    {
      label: `logs, GB: ${count(assumed.bytesLoggedPerExecution)} bytes per execution`,
      text: use.logged.toFixed(2),
    },
    { label: '− 5 free, × 2.30 USD', text: money(usd.logs) },
    { label: '**sum of use, scaled to zero**', text: `**${money(sumOf(usd))}**` },
    {
      label: '**sum of use, HTTP on ready instances**: SCIM × 0.000016, nothing free',
      text: `**${money(sumOf({ ...usd, compute: use.computeWhenReady }))}**`,
    },
    { label: 'once: SCIM requests of the initial cycle', text: count(sent.initial.requests) },
    { label: 'once: its cost, nothing free any more', text: money(costWithoutGrant(sent.initial)) },
  ];
}

function useOf(users: number, { requests, storageRequests }: Traffic) {
  const timers = timersOf(users);
  const executions = requests + timers.executions;
  const gigabytes = (users * assumed.bytesPerUser) / 1e9;
  const exported = (users * assumed.rowsPerUser * assumed.bytesPerRowExported * assumed.exportsKept) / 1e9;
  const logged = (executions * assumed.bytesLoggedPerExecution) / 1e9;
  const busy = {
    scim: requests * assumed.billedSeconds * assumed.instanceGigabytes,
    timers:
      (timers.executions * assumed.billedSeconds + timers.reading * assumed.secondsPerPage) *
      assumed.instanceGigabytes,
  };
  const usd = {
    storageRequests: (storageRequests + timers.watching + timers.reading) * prices.tableRequest,
    storage: gigabytes * prices.tableGigabyteMonth * prices.gzrsFactor,
    exports: exported * prices.blobGigabyteMonth * prices.gzrsFactor,
    compute: onDemand(busy.scim + busy.timers, executions),
    logs: Math.max(0, logged - prices.logGigabytesFree) * prices.logGigabyte,
  };
  const computeWhenReady =
    onDemand(busy.timers, timers.executions) +
    busy.scim * prices.readyBusyGigabyteSecond +
    requests * prices.execution;
  return { timers, executions, gigabytes, exported, logged, busy, usd, computeWhenReady };
}

const onDemand = (gigabyteSeconds: number, executions: number): number =>
  Math.max(0, gigabyteSeconds - prices.gigabyteSecondsFree) * prices.gigabyteSecond +
  Math.max(0, executions - prices.executionsFree) * prices.execution;

const costWithoutGrant = ({ requests, storageRequests }: Traffic): number =>
  storageRequests * prices.tableRequest +
  requests * assumed.billedSeconds * assumed.instanceGigabytes * prices.gigabyteSecond +
  requests * prices.execution +
  ((requests * assumed.bytesLoggedPerExecution) / 1e9) * prices.logGigabyte;
