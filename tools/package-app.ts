import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// npm run package [DIRECTORY]: makes dist/app, which `func azure functionapp publish` uploads as it is.
const repository = fileURLToPath(new URL('..', import.meta.url));
const [target = join(repository, 'dist', 'app'), entry = join(repository, 'functions', 'main.ts')] =
  process.argv.slice(2);

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
await bundle();
writeManifest();
copyFileSync(join(repository, 'host.json'), join(target, 'host.json'));
announce(checkedFunctions());

/** One CommonJS file; the module that the worker alone has stays a `require` (platform rules §1.9). */
async function bundle(): Promise<void> {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile: join(target, 'main.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: ['@azure/functions-core'],
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
    absWorkingDir: repository,
  });
  const strangers = Object.keys(metafile.inputs).filter((path) => /^(tools|test|bench)\//.test(path));
  if (strangers.length > 0) fail(`The bundle holds what must stay here: ${strangers.join(', ')}.`);
}

function writeManifest(): void {
  const { name, version, license } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  const manifest = { name, version, license, private: true, main: 'main.cjs' };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** A bundle that fails to load would be a green deployment that answers 404 everywhere (platform rules §1.1). */
function checkedFunctions(): readonly string[] {
  const listed = spawnSync(process.execPath, [join(repository, 'tools', 'list-functions.ts'), target], {
    encoding: 'utf8',
  });
  if (listed.status !== 0) fail(`The bundle does not load:\n${listed.stderr}`);
  return (JSON.parse(listed.stdout) as { name: string }[]).map(({ name }) => name);
}

function announce(functions: readonly string[]): void {
  const kilobytes = Math.round(statSync(join(target, 'main.cjs')).size / 1024);
  process.stdout.write(`${target}: ${functions.join(', ')} (${kilobytes} KB)\n`);
}

function fail(sentence: string): never {
  rmSync(target, { recursive: true, force: true });
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
