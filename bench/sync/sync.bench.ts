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

/** A first and an idle run through Graph pages and the storage emulator, each part in a process of its own. */
export async function printSync(size: keyof typeof syncSizes): Promise<void> {
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
    const chains = new PageChains(served);
    const floor = (await chains.pages()) + checkCalls;
    const rows = [row('first run', first, floor), row('idle run', idle, 2)];
    const [people, nested, direct] = [users, groups, served.memberships].map((count) =>
      count.toLocaleString('en'),
    );
    console.log(
      `Nested directory over Graph pages and the storage emulator: ${people} users, ${nested} groups, ${direct} direct memberships\n`,
    );
    console.log(
      `${textTable(['run', 'seconds', 'Graph calls', 'floor', 'ratio', 'transactions', 'floor', 'reads'], rows)}\n`,
    );
    console.log(`Peak RSS of the engine: ${shown(peakRssMegabytes)} MB\n`);
  } finally {
    graph.kill();
    await azurite.stop();
  }
}

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

function row(name: string, run: z.infer<typeof Run>, callsFloor: number): string[] {
  const { transaction = 0, ...others } = run.storage;
  const reads = Object.values(others).reduce((sum, count) => sum + count, 0);
  return [
    name,
    shown(run.seconds),
    String(run.graphCalls),
    String(callsFloor),
    (run.graphCalls / callsFloor).toFixed(3),
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
