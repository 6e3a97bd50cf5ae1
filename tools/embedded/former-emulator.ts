import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isGoneWithin } from './running-process.ts';

/** Longer than an emulator takes to write down what it has after its parent died. */
const waitMillisecondsMax = 10_000;

/** Waits until the emulator that had this folder before, and may still be writing it, is gone. */
export async function formerEmulatorGone(path: string): Promise<void> {
  if (!existsSync(markIn(path))) return;
  await isGoneWithin(Number(readFileSync(markIn(path), 'utf8')), waitMillisecondsMax);
}

/** Leaves word in the folder of who writes it. */
export function markEmulator(path: string, pid: number): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(markIn(path), String(pid));
}

export const unmarkEmulator = (path: string): void => rmSync(markIn(path), { force: true });

const markIn = (path: string) => join(path, 'emulator.pid');
