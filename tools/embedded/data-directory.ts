import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isGoneWithin } from './running-process.ts';

/** What an embedded stack keeps beside its tables so that clients still fit after a restart. */
export type StackState = z.infer<typeof StackState>;
const StackState = z.object({ adminKey: z.string().min(32) });

export interface DataDirectory {
  readonly storagePath: string;
  readonly path: string;
  readonly readState: () => StackState | undefined;
  readonly writeState: (state: StackState) => void;
  /** Lets another process use the directory. */
  readonly release: () => void;
}

/** Longer than a busy machine takes to end a process that was killed. */
const waitMillisecondsMax = 2_000;

/** Takes a directory for this process; throws one sentence when another one runs on it. */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  mkdirSync(path, { recursive: true });
  const lockFile = join(path, 'serve.pid');
  await lock(lockFile, path);
  const stateFile = join(path, 'rookery.json');
  return {
    path,
    storagePath: join(path, 'storage'),
    readState: () => {
      const text = readIfThere(stateFile);
      return text === undefined ? undefined : StackState.parse(JSON.parse(text));
    },
    writeState: (state) => {
      // It holds the admin key: for its owner only.
      writeFileSync(`${stateFile}.new`, JSON.stringify(state), { mode: 0o600 });
      renameSync(`${stateFile}.new`, stateFile);
    },
    release: () => rmSync(lockFile, { force: true }),
  };
}

async function lock(lockFile: string, path: string): Promise<void> {
  const owner = Number(readIfThere(lockFile));
  if (owner > 0 && owner !== process.pid && !(await isGoneWithin(owner, waitMillisecondsMax))) {
    throw new Error(`${path} is in use by process ${owner}; end it or choose another directory.`);
  }
  writeFileSync(lockFile, String(process.pid), { mode: 0o600 });
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
