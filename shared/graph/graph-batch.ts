import { z } from 'zod';
import { parsed } from './graph-pages.ts';
import { retryAfterSeconds } from './retry-after.ts';

/** One answer inside a batch; they come in any order, and some may be missing. */
const BatchedAnswer = z.looseObject({
  id: z.string(),
  status: z.int(),
  headers: z.record(z.string(), z.unknown()).nullish(),
  body: z.unknown(),
});

const Envelope = z.looseObject({ responses: z.array(BatchedAnswer).max(20) });

/** Bodies of those that were answered with 200, by the number of the request. */
export function answeredBodies(json: unknown): ReadonlyMap<string, unknown> {
  const { responses } = parsed(Envelope, json);
  return new Map(responses.flatMap(({ id, status, body }) => (status === 200 ? [[id, body] as const] : [])));
}

/** The longest wait that an answer inside asked for: Graph's 200 around it hides that from every retry. */
export function throttledSeconds(json: unknown, now: number): number | undefined {
  const throttled = parsed(Envelope, json).responses.filter(({ status }) => status === 429);
  if (throttled.length === 0) return undefined;
  const asked = throttled.map(({ headers }) => {
    const named = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'retry-after');
    return retryAfterSeconds(named === undefined ? null : String(named[1]), now) ?? unsaidSeconds;
  });
  return Math.min(longestSeconds, Math.max(...asked));
}

/** A throttled answer that does not say how long, and the longest that other calls of this process are held back for one. */
const unsaidSeconds = 10;
const longestSeconds = 60;
