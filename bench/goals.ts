import type { CoreFigure } from './core.ts';
import { growthOf } from './growth.ts';
import { type HttpFigure, ownFigures } from './http.ts';
import type { RoundTrips } from './round-trips.ts';
import { shown, textTable } from './text-table.ts';

export interface Measured {
  readonly roundTrips: readonly RoundTrips[];
  readonly core: readonly CoreFigure[];
  readonly http: readonly HttpFigure[];
}

interface Goal {
  readonly what: string;
  readonly measured: number;
  /** At most, or at least. */
  readonly bound: number;
  readonly atLeast?: boolean;
}

/** The goals set before a line was written, beside what was measured. Only round trips fail a run: the rest depends on the machine. */
export function printGoals(measured: Measured): void {
  const rows = goals(measured).map(({ what, measured: value, bound, atLeast = false }) => [
    what,
    shown(value),
    `${atLeast ? '≥' : '≤'} ${shown(bound)}`,
    (atLeast ? value >= bound : value <= bound) ? 'kept' : 'missed',
  ]);
  console.log(`${textTable(['goal', 'measured', 'bound', ''], rows)}\n`);
}

function goals({ roundTrips, core, http }: Measured): readonly Goal[] {
  const calls = (name: string) =>
    Math.max(...roundTrips.filter((one) => one.name.startsWith(name)).map(({ requests }) => requests));
  const cpu = (name: string) =>
    Math.max(...core.filter((one) => one.name.startsWith(name)).map((one) => one.cpu));
  const members = core.filter(({ name }) => name.startsWith('add a member'));
  const largest = members.filter(({ users }) => users === Math.max(...members.map((one) => one.users)));
  const embedded = http.filter(({ server }) => server === 'rookery embedded');
  const rate = (name: string) => embedded.find((one) => one.name === name)?.perSecond ?? 0;
  return [
    { what: 'look-up by userName: ms CPU in the core', measured: cpu('filter userName'), bound: 0.25 },
    { what: 'look-up by userName: storage calls', measured: calls('userName eq'), bound: 2 },
    { what: 'group by name without members: storage calls', measured: calls('displayName eq'), bound: 2 },
    { what: 'get by id: ms CPU in the core', measured: cpu('get user'), bound: 0.2 },
    { what: 'get by id: storage calls', measured: calls('GET user by id'), bound: 2 },
    { what: 'create: ms CPU in the core', measured: cpu('create user'), bound: 0.4 },
    {
      what: 'member PATCH: ms CPU in the core, any size of group',
      measured: cpu('add a member'),
      bound: 0.3,
    },
    { what: 'member PATCH: storage calls', measured: calls('PATCH group of 300, 1 member'), bound: 3 },
    {
      what: 'member PATCH: CPU at the largest group to that at the smallest',
      measured: (largest.at(-1)?.cpu ?? 0) / (largest[0]?.cpu ?? 1),
      bound: 1.2,
    },
    { what: 'page of 100, first or last: ms CPU in the core', measured: cpu(''), bound: 3 },
    ...steepest(http),
    {
      what: 'the peer at its best, at most users: its CPU to ours',
      measured: leastLead(http),
      bound: 1,
      atLeast: true,
    },
    {
      what: 'whole service, get by id: requests/s',
      measured: rate('get user by id'),
      bound: 250,
      atLeast: true,
    },
    {
      what: 'whole service, look-up: requests/s',
      measured: rate('filter userName eq'),
      bound: 250,
      atLeast: true,
    },
  ];
}

/** The request whose cost grows most with the directory, where more than one size was measured. */
function steepest(http: readonly HttpFigure[]): readonly Goal[] {
  const most = growthOf(ownFigures(http)).toSorted((one, other) => other.ratio - one.ratio)[0];
  if (most === undefined) return [];
  const what = `any request over HTTP, CPU at most users to that at least: ${most.name}`;
  return [{ what, measured: most.ratio, bound: 1.2 }];
}

/** The smallest ratio over all requests, at the largest size that both were measured at. */
function leastLead(http: readonly HttpFigure[]): number {
  const peers = http.filter(({ server }) => server.startsWith('scimmy'));
  const users = Math.max(...peers.map((peer) => peer.users));
  const ratios = peers
    .filter((peer) => peer.users === users)
    .map((peer) => {
      const own = http.find(
        (one) => one.server === 'rookery' && one.users === users && one.name === peer.name,
      );
      return own === undefined ? Number.POSITIVE_INFINITY : peer.cpu / own.cpu;
    });
  return Math.min(...ratios);
}
