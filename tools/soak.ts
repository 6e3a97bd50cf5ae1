// npm run soak -- [--minutes 10] [--seed S] [--parallel 8]: exit 0 when nothing was lost, nothing broke and memory stayed flat.
import { parseArgs } from 'node:util';
import { textTable } from './main-job/text-table.ts';
import { runTool } from './operate/tool-main.ts';
import { type MemoryVerdict, memoryVerdict } from './soak/memory.ts';
import { type SoakOutcome, soak } from './soak/soak.ts';

await runTool(async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: 'soak' },
      parallel: { type: 'string', default: '8' },
    },
  });
  const minutes = Number(values.minutes);
  const parallel = Number(values.parallel);
  if (!(minutes > 0 && Number.isInteger(parallel) && parallel > 0))
    throw new Error('--minutes and --parallel take numbers above 0.');
  const outcome = await soak({ seconds: minutes * 60, seed: values.seed, parallel, tell });
  const memory = memoryVerdict(outcome.memory);
  const faults = [...outcome.faults, ...(memory.kind === 'judged' ? memory.faults : [])];
  for (const line of report(outcome, memory)) tell(line);
  for (const fault of faults.slice(0, 30)) tell(fault);
  tell(faults.length === 0 ? 'Nothing was lost.' : `${faults.length} faults.`);
  return faults.length === 0 ? 0 : 1;
});
process.exit();

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

function report(outcome: SoakOutcome, memory: MemoryVerdict): readonly string[] {
  const { storageFaults: faults } = outcome;
  const trips = Object.values(faults).reduce((sum, count) => sum + count, 0);
  const rows: [string, string | number][] = [
    ['seconds', Math.round(outcome.seconds)],
    ['SCIM requests', outcome.requests],
    ['requests per second', Math.round(outcome.requests / outcome.seconds)],
    ['p50 ms', Math.round(outcome.p50Milliseconds)],
    ['p99 ms', Math.round(outcome.p99Milliseconds)],
    ['answered 429 or 503', outcome.outagesAnswered],
    ['completed runs of the nested directory', outcome.runs],
    ['round trips to storage', trips],
    ...Object.entries(faults)
      .filter(([name]) => name !== 'none')
      .map(([name, count]): [string, number] => [`  of them ${name}`, count]),
    ...memoryRows(outcome, memory),
  ];
  const operations = Object.entries(outcome.operations).map(([kind, count]): [string, number] => [
    kind,
    count,
  ]);
  return [
    '',
    ...textTable(['operation', 'times'], operations),
    '',
    ...textTable(['measure', 'value'], rows),
    '',
  ];
}

function memoryRows({ memory }: SoakOutcome, verdict: MemoryVerdict): readonly [string, string][] {
  const last = memory.at(-1);
  const end: [string, string] = ['memory of the service at the end, MB', String(last?.resident ?? '')];
  if (verdict.kind === 'too-short')
    return [end, ['  its growth', `judged from ${verdict.minutesNeeded} minutes on`]];
  const { resident, heap, external } = verdict.growth;
  return [
    end,
    ['  a minute, once warm, MB', resident.toFixed(2)],
    ['  reachable heap a minute, MB', heap.toFixed(2)],
    ['  buffers a minute, MB', external.toFixed(2)],
  ];
}
