import { cruise, type ICruiseResult } from 'dependency-cruiser';

/** The rooms of the house and who imports whom, as the imports of today say: a Mermaid flowchart. */
export async function architecturePicture(): Promise<string> {
  const { output } = await cruise(['functions', 'shared'], {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  });
  if (typeof output === 'string') throw new Error('the import graph came as text');
  const arrows = arrowsBetweenRooms(output);
  const rooms = [...new Set(arrows.flat())].toSorted();
  return [
    '```mermaid',
    'flowchart LR',
    ...rooms.map((room) => `  ${nodeOf(room)}`),
    ...arrows.map(([from, to]) => `  ${idOf(from)} --> ${idOf(to)}`),
    '```',
  ].join('\n');
}

type Arrow = readonly [from: string, to: string];

/** model is left out: every room imports it, and its arrows would hide the others. */
function arrowsBetweenRooms({ modules }: ICruiseResult): readonly Arrow[] {
  const found = new Set<string>();
  for (const { source, dependencies } of modules) {
    for (const { resolved } of dependencies) {
      const [from, to] = [roomOf(source), roomOf(resolved)];
      if (from === undefined || to === undefined || from === to || to === 'model') continue;
      found.add(`${from} ${to}`);
    }
  }
  return [...found].toSorted().map((arrow): Arrow => {
    const [from = '', to = ''] = arrow.split(' ');
    return [from, to];
  });
}

const outside: Readonly<Record<string, string>> = {
  '@azure/data-tables': 'table-storage',
  '@azure/storage-queue': 'queue-storage',
  '@azure/storage-blob': 'blob-storage',
  '@microsoft/microsoft-graph-client': 'microsoft-graph',
  '@azure/functions': 'functions-host',
};

function roomOf(path: string): string | undefined {
  if (path.startsWith('functions/')) return 'functions';
  const library = Object.keys(outside).find((name) => path.includes(`node_modules/${name}/`));
  return library === undefined ? /^shared\/([^/]+)\//.exec(path)?.[1] : outside[library];
}

const idOf = (room: string) => room.replaceAll('-', '_');

/** Rooms are boxes, what lies outside is rounded. */
const nodeOf = (room: string): string =>
  Object.values(outside).includes(room)
    ? `${idOf(room)}([${room.replaceAll('-', ' ')}])`
    : `${idOf(room)}[${room === 'functions' ? 'functions/' : `shared/${room}/`}]`;
