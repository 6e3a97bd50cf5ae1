// Runs on any Node from 20 and with nothing installed: brings node_modules in line with package-lock.json.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const stampFile = join(root, 'node_modules', '.rookery-installed');
const nodeMajorMin = 20;

if (Number(process.versions.node.split('.')[0]) < nodeMajorMin) {
  fail(`Rookery needs Node ${nodeMajorMin} or later to install itself; this is ${process.version}.`);
}
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex');
const installed = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
if (installed !== wanted) install();

function install() {
  console.error('Installing dependencies (once, about a minute) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const done = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) fail('npm ci failed; its message is above. Nothing was started.');
  if (!existsSync(join(root, 'node_modules', '.bin', 'node'))) {
    fail(
      'The npm package "node" did not install its binary; run "npm ci" with install scripts allowed for it.',
    );
  }
  writeFileSync(stampFile, wanted);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
