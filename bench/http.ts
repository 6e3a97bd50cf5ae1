import { megabytes, turnsOf } from './core.ts';
import { type Figure, measure } from './measure.ts';
import { operations } from './operations.ts';
import { startPeer } from './peers/peer-process.ts';
import { type BenchSizes, groupsFor } from './sizes.ts';
import { shown, textTable } from './text-table.ts';

interface Contender {
  readonly name: string;
  readonly script: string;
  readonly options: object;
  readonly users: (sizes: BenchSizes) => readonly number[];
}

const ours = 'rookery';

const contenders: readonly Contender[] = [
  { name: ours, script: 'rookery-server.ts', options: {}, users: ({ http }) => http },
  // Over the storage emulator, which is a process of its own: its processor time is not in the figures.
  { name: 'rookery embedded', script: 'rookery-embedded.ts', options: {}, users: ({ embedded }) => embedded },
  // With an index by name and pages cut in the store, which its documentation leaves to the reader.
  {
    name: 'scimmy indexed',
    script: 'scimmy-server.mjs',
    options: { indexed: true },
    users: ({ http }) => http,
  },
  {
    name: 'scimmy documented',
    script: 'scimmy-server.mjs',
    options: { indexed: false },
    users: ({ documented }) => documented,
  },
];

/** Servers over HTTP, each in a process of its own: ours beside peers in the same run, stores in memory; and ours as a whole. */
export async function printPeers(sizes: BenchSizes): Promise<void> {
  const figures = new Map<string, Figure>();
  const memory: string[][] = [];
  for (const contender of contenders) {
    for (const users of contender.users(sizes)) {
      const bytes = await contend(contender, { users, sizes, figures });
      memory.push([contender.name, users.toLocaleString('en'), megabytes(bytes)]);
    }
  }
  console.log(
    'Over HTTP, stores in memory but for "embedded": milliseconds per request; ratio is its CPU to that of "rookery"\n',
  );
  const rows = [...figures].map(([key, { p50, p99, perSecond, cpu }]) => {
    const [server = '', users = '', name = ''] = key.split('|');
    const own = figures.get(`${ours}|${users}|${name}`)?.cpu;
    const ratio = own === undefined || server === ours ? '' : `× ${shown(cpu / own)}`;
    return [
      name,
      Number(users).toLocaleString('en'),
      server,
      shown(p50),
      shown(p99),
      shown(perSecond),
      shown(cpu),
      ratio,
    ];
  });
  const grouped = rows.toSorted(
    ([one = '', users = ''], [other = '', others = '']) =>
      users.length - others.length || one.localeCompare(other),
  );
  console.log(
    `${textTable(['request', 'users', 'server', 'p50', 'p99', 'requests/s', 'CPU', 'ratio'], grouped)}\n`,
  );
  console.log(`${textTable(['server', 'users', 'resident MB'], memory)}\n`);
}

/** Measures one server at one size; its resident memory in bytes afterwards. */
async function contend(
  { name: server, script, options }: Contender,
  to: { readonly users: number; readonly sizes: BenchSizes; readonly figures: Map<string, Figure> },
): Promise<number> {
  const { users, sizes, figures } = to;
  const size = { users, joiners: sizes.joiners, groups: groupsFor(users) };
  const peer = await startPeer(script, { ...options, size });
  try {
    for (const { name, request } of operations(peer.world)) {
      const figure = await measure(
        async (turn) => {
          const { status, text } = await peer.send(request(peer.world, turn));
          if (status >= 300) throw new Error(`${server}, ${name}: ${status} ${text.slice(0, 300)}`);
        },
        {
          seconds: sizes.seconds,
          turnsMax: turnsOf(name, sizes),
          cpuTime: async () => (await peer.usage()).cpu,
        },
      );
      figures.set(`${server}|${users}|${name}`, figure);
    }
    return (await peer.usage()).bytes;
  } finally {
    await peer.stop();
  }
}
