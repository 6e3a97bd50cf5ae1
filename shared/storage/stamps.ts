import type { Randomness } from '../model/new-ids.ts';

/** Hands out texts that sort by time: 12 hexadecimal digits of milliseconds, 4 of a counter, 12 random ones. */
export function stampsFrom(random: Randomness): () => string {
  let lastMs = 0;
  let sequence = 0;
  return () => {
    const now = random.now();
    // A clock that is set back does not put later writes of this process before earlier ones.
    sequence = now > lastMs ? 0 : sequence + 1;
    lastMs = Math.max(now, lastMs) + (sequence > 0xffff ? 1 : 0);
    sequence &= 0xffff;
    const chance = Buffer.from(random.randomBytes(6)).toString('hex');
    return hex(lastMs, 12) + hex(sequence, 4) + chance;
  };
}

/** The stamp before all of this moment. */
export const stampAt = (milliseconds: number) => hex(Math.max(0, Math.trunc(milliseconds)), 12);

const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0');
