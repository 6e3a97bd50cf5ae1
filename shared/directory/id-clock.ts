import type { Randomness } from '../model/new-ids.ts';

/**
 * The clock that ids are made from: never the same millisecond twice, so that the ids of one process stand in the order
 * of creation and a new row is the last of its list. Under a burst it runs ahead of the real one by as many milliseconds.
 */
export class IdClock {
  #last = 0;

  from({ now, randomBytes }: Randomness): Randomness {
    return {
      randomBytes,
      now: () => {
        this.#last = Math.max(now(), this.#last + 1);
        return this.#last;
      },
    };
  }
}
