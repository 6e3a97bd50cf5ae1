import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { openDataDirectory } from '../../../tools/embedded/data-directory.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A shell with this script, and the process id that it says. */
async function shell(script: string) {
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  const [said] = await once(child.stdout, 'data');
  return { child, pid: Number(String(said)) };
}

function directoryOf(pid: number): string {
  const path = mkdtempSync(join(tmpdir(), 'data-'));
  writeFileSync(join(path, 'serve.pid'), String(pid));
  return path;
}

test('a data directory is refused while another process runs on it', async () => {
  const { pid } = await shell('echo $$; exec sleep 60');
  const path = directoryOf(pid);
  await expect(openDataDirectory(path)).rejects.toThrow(
    `${path} is in use by process ${pid}; end it or choose another directory.`,
  );
});

test('a data directory is taken as soon as the process that was killed is gone', async () => {
  const { child, pid } = await shell('echo $$; exec sleep 60');
  setTimeout(() => child.kill('SIGKILL'), 200);
  const path = directoryOf(pid);
  expect(await openDataDirectory(path)).toMatchObject({ path });
});

test('a data directory is taken though nobody asked for the exit code of the process that ended', async () => {
  const { pid } = await shell('sleep 0 & echo $!; exec sleep 60');
  const path = directoryOf(pid);
  expect(await openDataDirectory(path)).toMatchObject({ path });
});
