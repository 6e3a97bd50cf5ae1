import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startAzurite } from '../../tools/embedded/azurite.ts';
import { PageChains } from '../../tools/main-job/page-chains.ts';
import { shown, textTable } from '../text-table.ts';

export const syncSizes = {
  tiny: { users: 500, groups: 60, userEdges: 4_000 },
  usual: { users: 10_000, groups: 1_000, userEdges: 100_000 },
  full: { users: 100_000, groups: 10_000, userEdges: 1_000_000 },
} as const;

export type SyncSize = keyof typeof syncSizes;

/** A first and an idle run through Graph pages and the storage emulator, each part in a process of its own. */
export async function measureSync(size: SyncSize) {
  const { users, groups, userEdges } = syncSizes[size];
  const azurite = await startAzurite({ kind: 'memory' });
  const graph = child('graph-process.ts', [users, groups, userEdges].map(String), {});
  try {
    const served = Served.parse(await lineOf(graph));
    const engine = child('engine-process.ts', [], {
      ...{ GRAPH_URL: served.url, GRAPH_TOKEN: served.token, TENANT_ID: served.tenantId },
      STORAGE: azurite.connectionString,
    });
    const { runs, peakRssMegabytes } = Measured.parse(await lineOf(engine));
    const [first, idle] = runs;
    if (first === undefined || idle === undefined) throw new Error('the engine left a run out');
    const pages = await new PageChains(served).pages();
    return {
      memberships: served.memberships,
      peakRssMegabytes,
      runs: [
        { name: 'first run', ...first, callsFloor: pages + checkCalls },
        { name: 'idle run', ...idle, callsFloor: 2 },
      ],
    };
  } finally {
    graph.kill();
    await azurite.stop();
  }
}

/** Folding, deriving and packing a first round without Graph and storage, in a process of its own. */
export async function measurePlan(size: keyof typeof planSizes) {
  const { users, groups, userEdges } = planSizes[size];
  const process = child('plan-process.ts', [users, groups, userEdges].map(String), {});
  return Planned.parse(await lineOf(process));
}

export const planSizes = {
  tiny: { users: 500, groups: 60, userEdges: 4_000 },
  usual: { users: 100_000, groups: 10_000, userEdges: 1_000_000 },
  full: { users: 1_000_000, groups: 50_000, userEdges: 10_000_000 },
} as const;

/** Prints both; the calls of Graph that are more than five per cent above their floor are faults. */
export async function printSync(size: SyncSize): Promise<readonly string[]> {
  const { memberships, peakRssMegabytes, runs } = await measureSync(size);
  const { users, groups } = syncSizes[size];
  const [people, nested, direct] = [users, groups, memberships].map((count) => count.toLocaleString('en'));
  const head = ['run', 'seconds', 'Graph calls', 'floor', 'ratio', 'transactions', 'floor', 'reads'];
  console.log(
    `Nested directory over Graph pages and the storage emulator: ${people} users, ${nested} groups, ${direct} direct memberships\n`,
  );
  console.log(`${textTable(head, runs.map(row))}\n`);
  console.log(`Peak RSS of the engine: ${shown(peakRssMegabytes)} MB\n`);
  const plan = await measurePlan(size);
  console.log('A first round without Graph and storage\n');
  console.log(
    `${textTable(['edges', 'fold s', 'edges/s', 'fold + derive + pack s', 'parts', 'inputs MB', 'peak MB'], [planRow(plan)])}\n`,
  );
  const verdict = plan.peakMegabytes <= peakMegabytesMax ? 'kept' : 'missed';
  console.log(
    `Goal for 1,000,000 users, 100,000 groups and 10,000,000 edges: ≤ ${peakMegabytesMax} MB at its peak, the inputs of the bench among them; ${verdict} at this size\n`,
  );
  return runs
    .filter(({ graphCalls, callsFloor }) => graphCalls > callsFloor * callsOverFloorMax)
    .map(
      ({ name, graphCalls, callsFloor }) =>
        `${name}: ${graphCalls} calls of Graph, ${callsFloor} were enough`,
    );
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
  counts: z.record(z.string(), z.number()),
});
const Measured = z.object({ runs: z.array(Run), peakRssMegabytes: z.number() });

const Planned = z.object({
  edges: z.number(),
  parts: z.number(),
  foldSeconds: z.number(),
  planSeconds: z.number(),
  inputMegabytes: z.number(),
  peakMegabytes: z.number(),
});

const planRow = (plan: z.infer<typeof Planned>): string[] =>
  [
    plan.edges,
    plan.foldSeconds,
    plan.edges / plan.foldSeconds,
    plan.planSeconds,
    plan.parts,
    plan.inputMegabytes,
    plan.peakMegabytes,
  ].map(shown);

function row(run: z.infer<typeof Run> & { readonly name: string; readonly callsFloor: number }): string[] {
  const { transaction = 0, ...others } = run.storage;
  const reads = Object.values(others).reduce((sum, count) => sum + count, 0);
  return [
    run.name,
    shown(run.seconds),
    String(run.graphCalls),
    String(run.callsFloor),
    (run.graphCalls / run.callsFloor).toFixed(3),
    String(transaction),
    String(transactionsFloor(run)),
    String(reads),
  ];
}

/**
 * Transactions of a hundred rows that must be written: a page as read each, a row and a told creation per user and group, a
 * chunk and a count per group with members, a reverse row per user, and the run itself (graph.md §5.5).
 */
function transactionsFloor({ pages, counts }: z.infer<typeof Run>): number {
  const { usersCreated = 0, groupsCreated = 0 } = counts;
  const rows = pages + usersCreated * 3 + groupsCreated * 4;
  return Math.ceil(rows / 100) + 3;
}

function child(file: string, given: readonly string[], environment: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...given], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
}

async function lineOf({ stdout }: ChildProcess): Promise<unknown> {
  if (stdout === null) throw new Error('a child without standard output');
  for await (const line of createInterface({ input: stdout })) return JSON.parse(line);
  throw new Error('a child ended without saying anything');
}
