import { z } from 'zod';
import { startAzurite } from '../../tools/embedded/azurite.ts';
import { PageChains } from '../../tools/main-job/page-chains.ts';
import type { TenantSize } from '../nesting/synthetic-tenant.ts';
import { shown, textTable } from '../text-table.ts';
import { type MustWrite, rowsFloor, transactionsFloor, transactionsGoal } from './storage-floor.ts';
import { TalkingChild } from './talking-child.ts';

export const syncSizes = {
  tiny: { users: 500, groups: 60, userEdges: 4_000 },
  usual: { users: 10_000, groups: 1_000, userEdges: 100_000 },
  full: { users: 100_000, groups: 10_000, userEdges: 1_000_000 },
} as const;

export type SyncSize = keyof typeof syncSizes;

/** A first run, an idle one and rounds of changes through Graph pages and the storage emulator, each part in a process of its own. */
export async function measureSync(size: SyncSize) {
  const { users, groups, userEdges } = syncSizes[size];
  const azurite = await startAzurite({ kind: 'memory' });
  const graph = new TalkingChild('graph-process.ts', [users, groups, userEdges].map(String));
  let engine: TalkingChild | undefined;
  try {
    const served = Served.parse(await graph.answer());
    engine = new TalkingChild('engine-process.ts', [], {
      environment: {
        ...{ GRAPH_URL: served.url, GRAPH_TOKEN: served.token, TENANT_ID: served.tenantId },
        STORAGE: azurite.connectionString,
      },
    });
    const first = Run.parse(await engine.ask('run'));
    const pages = await new PageChains(served).pages();
    const firstWrite = { kind: 'first', pages: first.pages, users, groups } as const;
    const runs: MeasuredRun[] = [
      { name: 'first run', ...first, callsFloor: pages + checkCalls, mustWrite: firstWrite },
      await laterRun(engine, 'idle run', { groups: 0, users: 0 }),
    ];
    for (const [into, members] of [
      [10, 5],
      [Math.min(100, groups / 2), 3],
    ] as const) {
      const changed = Changed.parse(await graph.ask(`join ${into} ${members}`));
      runs.push(await laterRun(engine, `${into} groups + ${members} members`, changed));
    }
    const peakRssMegabytes = Math.max(...runs.map((run) => run.peakRssMegabytes));
    return { memberships: served.memberships, peakRssMegabytes, runs };
  } finally {
    engine?.kill();
    graph.kill();
    await azurite.stop();
  }
}

async function laterRun(
  engine: TalkingChild,
  name: string,
  changed: z.infer<typeof Changed>,
): Promise<MeasuredRun> {
  const run = Run.parse(await engine.ask('run'));
  return { name, ...run, callsFloor: 2, mustWrite: { kind: 'incremental', ...changed } };
}

type MeasuredRun = z.infer<typeof Run> & {
  readonly name: string;
  readonly callsFloor: number;
  readonly mustWrite: MustWrite;
};

/** Rounds that are planned without Graph and storage, by what is said of them. */
export const plannedRounds = {
  'A first round': ['first', 'all'],
  'A first round of a scope that leaves out nearly everybody': ['first', 'scoped'],
  'A sweep, which compares all that is read once more with all that is stored,': ['sweep', 'all'],
  'A sweep with such a scope': ['sweep', 'scoped'],
} as const;

export type PlannedRound = keyof typeof plannedRounds;

/** Folding, deriving and packing a round without Graph and storage, in a process of its own. */
export async function measurePlan({ users, groups, userEdges }: TenantSize, round: PlannedRound) {
  const given = [...[users, groups, userEdges].map(String), ...plannedRounds[round]];
  const process = new TalkingChild('plan-process.ts', given, { flags: smallInstance });
  return Planned.parse(await process.answer());
}

/** On an instance of 2 GB Node keeps both generations this small by itself; on a large machine it takes 100 MB more. */
const smallInstance = ['--max-semi-space-size=8', '--max-old-space-size=1024'];

export const planSizes = {
  tiny: [{ users: 500, groups: 60, userEdges: 4_000 }],
  usual: [{ users: 100_000, groups: 10_000, userEdges: 1_000_000 }],
  full: [
    { users: 1_000_000, groups: 50_000, userEdges: 10_000_000 },
    { users: 1_000_000, groups: 100_000, userEdges: 10_000_000 },
  ],
} as const satisfies Record<SyncSize, readonly TenantSize[]>;

/** Prints both; faults are calls of Graph that are more than five per cent above their floor, and plans that are not right. */
export async function printSync(size: SyncSize): Promise<readonly string[]> {
  const { memberships, peakRssMegabytes, runs } = await measureSync(size);
  const { users, groups } = syncSizes[size];
  const [people, nested, direct] = [users, groups, memberships].map((count) => count.toLocaleString('en'));
  const head = ['run', 'seconds', 'Graph calls', 'floor', 'ratio'];
  const storageHead = ['transactions', 'floor', 'ratio', 'rows written', 'floor', 'reads'];
  console.log(
    `Nested directory over Graph pages and the storage emulator: ${people} users, ${nested} groups, ${direct} direct memberships\n`,
  );
  console.log(`${textTable([...head, ...storageHead], runs.map(row))}\n`);
  for (const run of runs) console.log(storageGoal(run));
  console.log(`\nPeak RSS of the engine: ${shown(peakRssMegabytes)} MB\n`);
  const wrong: string[] = [];
  for (const planSize of planSizes[size]) {
    for (const round of Object.keys(plannedRounds) as PlannedRound[])
      wrong.push(...(await printPlan(planSize, round)));
  }
  const overCalls = runs
    .filter(({ graphCalls, callsFloor }) => graphCalls > callsFloor * callsOverFloorMax)
    .map(
      ({ name, graphCalls, callsFloor }) =>
        `${name}: ${graphCalls} calls of Graph, ${callsFloor} were enough`,
    );
  return [...overCalls, ...wrong];
}

/** What a plan says otherwise than it must. */
async function printPlan(size: TenantSize, round: PlannedRound): Promise<readonly string[]> {
  const plan = await measurePlan(size, round);
  const [people, nested] = [size.users, size.groups].map((count) => count.toLocaleString('en'));
  console.log(`${round} of ${people} users and ${nested} groups without Graph and storage\n`);
  const head = [
    'edges',
    'fold s',
    'edges/s',
    'fold + derive + pack s',
    'parts',
    'log',
    'MB before',
    'peak MB',
  ];
  console.log(`${textTable(head, [planRow(plan)])}\n`);
  const phaseRows = plan.phases.map(({ phase, seconds, endMegabytes, peakMegabytes }) => [
    phase,
    ...[seconds, endMegabytes, peakMegabytes].map(shown),
  ]);
  console.log(`${textTable(['phase', 's', 'MB at its end', 'peak MB until then'], phaseRows)}\n`);
  const verdict = plan.peakMegabytes <= peakMegabytesMax ? 'kept' : 'missed';
  console.log(
    `Goal for 1,000,000 users, 100,000 groups and 10,000,000 edges: ≤ ${peakMegabytesMax} MB at its peak; ${verdict} here\n`,
  );
  const { users = 0, groups = 0, members = 0, groupsOf = 0 } = plan.reads;
  console.log(
    `Read of what is stored: ${users} users and ${groups} groups by id, the members of ${members} groups, the groups of ${groupsOf} members\n`,
  );
  return plan.faults.map((fault) => `${round}: ${fault}`);
}

const callsOverFloorMax = 1.05;

/** Of a process that folds, derives and packs the largest tenant we promise. */
const peakMegabytesMax = 400;

/** Permissions by four reads, organization and domains. */
const checkCalls = 6;

const Served = z.object({
  url: z.string(),
  token: z.string(),
  tenantId: z.string(),
  memberships: z.number(),
});
const Run = z.looseObject({
  seconds: z.number(),
  graphCalls: z.number(),
  pages: z.number(),
  storage: z.record(z.string(), z.number()),
  /** Rows written or deleted, by what they are. */
  rows: z.record(z.string(), z.number()),
  peakRssMegabytes: z.number(),
  counts: z.record(z.string(), z.number()),
});
const Changed = z.object({ groups: z.number(), users: z.number() });

const Planned = z.object({
  edges: z.number(),
  parts: z.number(),
  entries: z.number(),
  /** Rows of what is stored. */
  reads: z.record(z.string(), z.number()),
  /** Where it is not what the plain way finds. */
  faults: z.array(z.string()),
  foldSeconds: z.number(),
  planSeconds: z.number(),
  inputMegabytes: z.number(),
  peakMegabytes: z.number(),
  phases: z.array(
    z.object({
      phase: z.string(),
      seconds: z.number(),
      endMegabytes: z.number(),
      peakMegabytes: z.number(),
    }),
  ),
});

const planRow = (plan: z.infer<typeof Planned>): string[] =>
  [
    plan.edges,
    plan.foldSeconds,
    plan.edges / plan.foldSeconds,
    plan.planSeconds,
    plan.parts,
    plan.entries,
    plan.inputMegabytes,
    plan.peakMegabytes,
  ].map(shown);

function row(run: MeasuredRun): string[] {
  const { transaction = 0, ...others } = run.storage;
  const floor = transactionsFloor(run.mustWrite);
  return [
    run.name,
    shown(run.seconds),
    String(run.graphCalls),
    String(run.callsFloor),
    (run.graphCalls / run.callsFloor).toFixed(3),
    String(transaction),
    String(floor),
    (transaction / floor).toFixed(3),
    String(sumOf(run.rows)),
    String(rowsFloor(run.mustWrite)),
    String(sumOf(others)),
  ];
}

const sumOf = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Transactions a run may take. What it keeps for itself, and takes away again, is not what it must write. */
export function storageBudget({ mustWrite, storage, rows }: MeasuredRun) {
  const { staged: _, ...lasting } = rows;
  return { took: storage['transaction'] ?? 0, goal: transactionsGoal(mustWrite, sumOf(lasting)) };
}

function storageGoal(run: MeasuredRun): string {
  const { took, goal } = storageBudget(run);
  const kinds = Object.entries(run.rows).map(([kind, count]) => `${count} ${kind}`);
  return `Goal for storage, ${run.name}: ≤ ${goal} transactions; ${took <= goal ? 'kept' : `missed with ${took}`} (rows: ${kinds.join(', ')})`;
}
