import { setTimeout as sleep } from 'node:timers/promises';
import type { TablePolicy } from '../shared/storage/table-policy.ts';

/**
 * Makes every round trip to storage last equally long, so that the time of a request tells how many of them came one after another,
 * however many were under way side by side.
 */
export interface EvenStorage {
  readonly policy: TablePolicy;
  /** Turned on for what is measured only: seeding need not wait. */
  on: boolean;
}

const roundTripMilliseconds = 60;

export function evenStorage(): EvenStorage {
  const storage: EvenStorage = {
    on: false,
    policy: {
      name: 'evenStorage',
      sendRequest: async (request, next) => {
        if (!storage.on) return await next(request);
        const [answer] = await Promise.all([next(request), sleep(roundTripMilliseconds)]);
        return answer;
      },
    },
  };
  return storage;
}

/** Round trips one after another that `work` takes. */
export async function wavesOf<T>(
  storage: EvenStorage,
  work: () => Promise<T>,
): Promise<{ result: T; waves: number }> {
  storage.on = true;
  const from = performance.now();
  try {
    const result = await work();
    // A wave may take a little longer than it should, never less.
    return { result, waves: Math.floor((performance.now() - from) / roundTripMilliseconds) };
  } finally {
    storage.on = false;
  }
}
