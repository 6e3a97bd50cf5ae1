import { megabytes, turnsOf } from './core.ts';
import { growthHead, growthRows, type SizedFigure } from './growth.ts';
import { measure } from './measure.ts';
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

export interface HttpFigure extends SizedFigure {
  readonly server: string;
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
export async function printPeers(sizes: BenchSizes): Promise<readonly HttpFigure[]> {
  const figures: HttpFigure[] = [];
  const memory: string[][] = [];
  for (const contender of contenders) {
    for (const users of contender.users(sizes)) {
      const { measured, bytes } = await contend(contender, { users, sizes });
      figures.push(...measured);
      memory.push([contender.name, users.toLocaleString('en'), megabytes(bytes)]);
    }
  }
  console.log(
    'Over HTTP, stores in memory but for "embedded": milliseconds per request; ratio is its CPU to that of "rookery"\n',
  );
  const inOrder = figures.toSorted(
    (one, other) => one.users - other.users || one.name.localeCompare(other.name, 'en'),
  );
  const rows = inOrder.map((figure) => {
    const { name, users, server, p50, p99, perSecond, cpu } = figure;
    const own = figures.find((one) => one.server === ours && one.users === users && one.name === name);
    const ratio = own === undefined || own === figure ? '' : `× ${shown(cpu / own.cpu)}`;
    return [
      name,
      users.toLocaleString('en'),
      server,
      shown(p50),
      shown(p99),
      shown(perSecond),
      shown(cpu),
      ratio,
    ];
  });
  const header = ['request', 'users', 'server', 'p50', 'p99', 'requests/s', 'CPU', 'ratio'];
  console.log(`${textTable(header, rows)}\n`);
  console.log(`${textTable(growthHead, growthRows(ownFigures(figures)))}\n`);
  console.log(`${textTable(['server', 'users', 'resident MB'], memory)}\n`);
  return figures;
}

/** Of the protocol core behind HTTP, over the in-memory store, smallest directory first. */
export const ownFigures = (figures: readonly HttpFigure[]): readonly HttpFigure[] =>
  figures.filter(({ server }) => server === ours);

/** Measures one server at one size; `bytes` is its resident memory afterwards. */
async function contend(
  { name: server, script, options }: Contender,
  { users, sizes }: { readonly users: number; readonly sizes: BenchSizes },
): Promise<{ readonly measured: readonly HttpFigure[]; readonly bytes: number }> {
  const size = { users, joiners: sizes.joiners, groups: groupsFor(users) };
  const peer = await startPeer(script, { ...options, size });
  const measured: HttpFigure[] = [];
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
      measured.push({ ...figure, name, users, server });
    }
    return { measured, bytes: (await peer.usage()).bytes };
  } finally {
    await peer.stop();
  }
}
