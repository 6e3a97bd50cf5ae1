import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { TablePolicy } from '../shared/storage/table-policy.ts';

/**
 * Counts round trips one after another, whatever the machine is busy with: answers are held back until every request under way has
 * one, then all are let go together. What is asked after that may depend on them, so it is the next wave.
 */
export interface WaveCounter {
  readonly policy: TablePolicy;
  /** Waves since the last reset. */
  count(): number;
  reset(): void;
}

export function waveCounter(): WaveCounter {
  let waves = 0;
  let underWay = 0;
  const held: (() => void)[] = [];

  async function letGoTogether(): Promise<void> {
    // What was called side by side with the requests under way, but gets to its own a little later, belongs to them.
    for (let turn = 0; turn < turnsOfPatience; turn++) {
      if (held.length < underWay) return;
      await turnOfTheLoop();
    }
    if (held.length === 0 || held.length < underWay) return;
    waves += 1;
    underWay -= held.length;
    for (const release of held.splice(0)) release();
  }

  return {
    policy: {
      name: 'waveCounter',
      sendRequest: async (request, next) => {
        underWay += 1;
        try {
          return await next(request);
        } finally {
          const released = new Promise<void>((resolve) => held.push(resolve));
          void letGoTogether();
          await released;
        }
      },
    },
    count: () => waves,
    reset: () => {
      waves = 0;
    },
  };
}

const turnsOfPatience = 8;
