import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { graphConnections } from '../../shared/graph/graph-connections.ts';
import { DirectoryId, RunId } from '../../shared/model/ids.ts';
import { storageMeter } from '../../shared/storage/storage-meter.ts';
import { tableNestedStore } from '../../shared/storage/table-nested-store.ts';
import { createTables, openTable } from '../../shared/storage/tables.ts';
import { confirmationHash } from '../../shared/sync/check-tenant.ts';
import { startRun } from '../../shared/sync/run-orders.ts';
import type { SyncRun } from '../../shared/sync/run-records.ts';
import { runStep } from '../../shared/sync/run-step.ts';
import { defaultNestedSettings } from '../../shared/sync/settings.ts';
import type { SyncMessage, SyncPorts } from '../../shared/sync/sync-ports.ts';
import { rowMeter } from './row-meter.ts';

// node bench/sync/engine-process.ts: a run in a process of its own for each line `run`; says on a line what it took.
const { GRAPH_URL = '', GRAPH_TOKEN = '', TENANT_ID = '', STORAGE = '' } = process.env;
const connection = { kind: 'connection-string', value: STORAGE } as const;
const prefix = `sync${Date.now().toString(36)}`;
await createTables(connection, { prefix, names: ['directory'] });
const meter = storageMeter();
const rows = rowMeter();
const messages: SyncMessage[] = [];
const ports: SyncPorts = {
  graph: graphConnections({
    fetch: (url, init) => fetch(url, init),
    now: Date.now,
    sleep: async (milliseconds) => void (await sleep(milliseconds)),
    random: Math.random,
  }).readerAt({ url: GRAPH_URL, token: GRAPH_TOKEN }, TENANT_ID),
  store: tableNestedStore(openTable(connection, 'directory', { prefix, meter, policies: [rows.policy] })),
  log: { write: async () => undefined, keepPlan: async () => undefined, saveRun: async () => undefined },
  queue: { send: async (message) => void messages.push(message) },
  now: Date.now,
  holder: 'bench',
  softSeconds: 240,
};
const directory = DirectoryId.parse(`dir_${'0'.repeat(32)}`);
let runs = 0;
for await (const _ of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await timedRun(runs++)));
}
process.exit();

async function timedRun(number: number) {
  meter.reset();
  rows.reset();
  const started = performance.now();
  const id = RunId.parse(`run_${number.toString(16).padStart(32, '0')}`);
  const domains = await ports.graph.domains();
  if (domains.kind !== 'read') throw new Error('the simulated Graph tells no domains');
  await startRun(ports, {
    ...{ id, directory, mode: 'sync', trigger: 'timer', settings: defaultNestedSettings, settingsVersion: 1 },
    pinnedTenantId: TENANT_ID,
    confirmedHash: await confirmationHash(TENANT_ID, domains.value),
    startedAt: new Date().toISOString(),
  });
  const phases = await worked(started);
  const run = await ports.store.run(directory, id);
  if (run?.status !== 'done') throw new Error(`the run ended ${run?.status}: ${run?.failure?.detail}`);
  return {
    seconds: (performance.now() - started) / 1000,
    graphCalls: run.graphCalls,
    pages: run.users.pages + run.groups.pages,
    storage: meter.counts(),
    rows: rows.counts(),
    peakRssMegabytes: process.resourceUsage().maxRSS / 1024,
    counts: run.plan?.counts,
    phases,
  };
}

/** Carries messages out until there are none; seconds at the end of each, with the phase that the run had come to. */
async function worked(started: number) {
  const phases: { phase: SyncRun['phase']; seconds: number }[] = [];
  for (let message = messages.shift(); message !== undefined; message = messages.shift()) {
    await runStep(ports, message);
    const run = await ports.store.run(directory, message.run);
    if (run !== undefined) phases.push({ phase: run.phase, seconds: (performance.now() - started) / 1000 });
  }
  return phases;
}
