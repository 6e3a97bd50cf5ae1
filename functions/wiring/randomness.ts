import { randomBytes } from 'node:crypto';

/** Clock and chance of this process. */
export const random = { now: Date.now, randomBytes: (count: number): Uint8Array => randomBytes(count) };
