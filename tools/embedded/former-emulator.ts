import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Longer than an emulator takes to write down what it has after its parent died. */
const waitMillisecondsMax = 10_000;
const pollMilliseconds = 50;

/** Waits until the emulator that had this folder before, and may still be writing it, is gone. */
export async function formerEmulatorGone(path: string): Promise<void> {
  if (!existsSync(markIn(path))) return;
  const pid = Number(readFileSync(markIn(path), 'utf8'));
  for (let waited = 0; isRunning(pid) && waited < waitMillisecondsMax; waited += pollMilliseconds)
    await pause(pollMilliseconds);
}

/** Leaves word in the folder of who writes it. */
export function markEmulator(path: string, pid: number): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(markIn(path), String(pid));
}

export const unmarkEmulator = (path: string): void => rmSync(markIn(path), { force: true });

const markIn = (path: string) => join(path, 'emulator.pid');

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}
