import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const pollMilliseconds = 50;

/** Waits until a process is gone; false when it still runs after so long. */
export async function isGoneWithin(pid: number, milliseconds: number): Promise<boolean> {
  for (let waited = 0; isRunning(pid); waited += pollMilliseconds) {
    if (waited >= milliseconds) return false;
    await pause(pollMilliseconds);
  }
  return true;
}

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0) && !hasEnded(pid);
  } catch {
    return false;
  }
}

/** Ended, and not yet asked for its exit code: in a container whose first process asks nobody, it stays so for ever. */
function hasEnded(pid: number): boolean {
  try {
    return /\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
