// npm run mutate:simulator [-- --seeds 1000] [--only NAME …]: breaks the engine in one place after the other, in a copy of the tree, and
// lets the simulation find it. Exit 1 when it does not, or when a place is not where it was.
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { textTable } from '../main-job/text-table.ts';
import { runTool } from '../operate/tool-main.ts';
import { type SimulatorMutant, simulatorMutants } from './simulator-mutant-list.ts';

const root = join(import.meta.dirname, '../..');
const soundSeeds = '20';
/** A world in which nothing is heard for so long has found something too: a run that does not end. */
const silentMilliseconds = 120_000;

await runTool(async (args) => {
  const { values } = parseArgs({
    args,
    options: { seeds: { type: 'string', default: '1000' }, only: { type: 'string', multiple: true } },
  });
  const chosen = simulatorMutants.filter(({ name }) => values.only?.includes(name) !== false);
  if (chosen.length === 0) throw new Error(`There is no mutant ${values.only?.join(', ')}.`);
  const copy = await copyOfTree();
  try {
    const found = await allFound(copy, chosen, values.seeds);
    const rows = found.map(({ mutant: { name, file }, outcome: { place } }) => [name, file, place]);
    for (const line of textTable(['mutant', 'file', 'caught'], rows)) tell(line);
    const survivors = found.filter(({ outcome }) => !outcome.caught);
    tell(survivors.length === 0 ? 'All are caught.' : `${survivors.length} survive.`);
    return survivors.length === 0 ? 0 : 1;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
});
process.exit();

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** As much of the tree as the simulation needs. */
async function copyOfTree(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'rookery-mutants-'));
  const seeds = 'tools/simulated-tenant/seeded-random.ts';
  for (const part of ['package.json', 'shared', 'test/support/sync', 'test/simulation/sync', seeds])
    await cp(join(root, part), join(copy, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

interface Outcome {
  readonly caught: boolean;
  /** Where it was caught, if it was. */
  readonly place: string;
  readonly detail: string;
}

interface Found {
  readonly mutant: SimulatorMutant;
  readonly outcome: Outcome;
}

async function allFound(
  copy: string,
  mutants: readonly SimulatorMutant[],
  seeds: string,
): Promise<readonly Found[]> {
  await mustBeSound(copy, ['--seeds', soundSeeds]);
  const found: Found[] = [];
  for (const mutant of mutants) {
    const outcome = await caught(copy, mutant, seeds);
    tell(`${mutant.name}: ${outcome.place}, ${outcome.detail}`);
    found.push({ mutant, outcome });
  }
  return found;
}

async function caught(copy: string, { file, from, to }: SimulatorMutant, seeds: string): Promise<Outcome> {
  const path = join(copy, file);
  const source = await readFile(path, 'utf8');
  const places = source.split(from).length - 1;
  if (places !== 1)
    return { caught: false, place: 'no such place', detail: `is there ${places} times, not once` };
  await writeFile(
    path,
    source.replace(from, () => to),
  );
  const outcome = await simulated(copy, ['--seeds', seeds]).finally(() => writeFile(path, source));
  if (outcome.caught)
    await mustBeSound(copy, ['--first', outcome.place.replace('seed ', ''), '--seeds', '1']);
  return outcome;
}

/** The tree as it is must pass where a mutant fails, or any mutant would seem to be caught. */
async function mustBeSound(copy: string, args: readonly string[]): Promise<void> {
  const { caught: fails, place, detail } = await simulated(copy, args);
  if (fails) throw new Error(`The simulation fails without a mutant, at ${place}: ${detail}`);
}

async function simulated(copy: string, args: readonly string[]): Promise<Outcome> {
  const child = spawn(process.execPath, ['test/simulation/sync/live-seeds.ts', ...args], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let seed = '';
  let last = '';
  let isSilent = false;
  const silence = setTimeout(() => {
    isSilent = true;
    child.kill('SIGKILL');
  }, silentMilliseconds);
  const hear = (text: string) => {
    silence.refresh();
    for (const line of text.trim().split('\n')) {
      if (line.startsWith('seed ')) seed = line;
      last = line;
    }
  };
  child.stdout.setEncoding('utf8').on('data', hear);
  child.stderr.setEncoding('utf8').on('data', hear);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearTimeout(silence);
  if (seed === '') throw new Error(`The simulation does not start: ${last}`);
  if (isSilent) return { caught: true, place: seed, detail: 'never ends' };
  return code === 0
    ? { caught: false, place: 'not caught', detail: args.join(' ') }
    : { caught: true, place: seed, detail: last };
}
