import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../model/refusal.ts';

/** An answer as it may be given again: never with a secret. */
export const StoredAnswer = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.record(z.string(), z.unknown()).optional(),
});
export type StoredAnswer = z.infer<typeof StoredAnswer>;

export type EarlierRequest =
  | { readonly kind: 'running'; readonly requestHash: string }
  | { readonly kind: 'answered'; readonly requestHash: string; readonly answer: StoredAnswer };

export interface IdempotencyStore {
  /** Claims the key for a request, unless a request that has not lapsed holds it, which is returned. */
  claim(key: string, claim: Claim): Promise<EarlierRequest | undefined>;
  answered(key: string, claim: Claim, answer: StoredAnswer): Promise<void>;
  release(key: string): Promise<void>;
  /** Removes what lapsed before `now`; how many. */
  removeLapsed(now: number): Promise<number>;
}

export interface Claim {
  readonly requestHash: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** How long an answer is given again, and after how long a request that never answered is taken for dead. */
export const idempotencyLifeMilliseconds = 24 * 60 * 60_000;
export const idempotencyRunMilliseconds = 5 * 60_000;

export interface IdempotentRequest {
  /** The Idempotency-Key header. */
  readonly key: string;
  /** Who asks for what: keys of others are others. */
  readonly scope: readonly string[];
  readonly body: string;
  readonly now: number;
}

/**
 * Does `act` once per key: a repetition gets the first answer, without its secrets. Refusal `invalid-value` for another body under
 * the same key, `conflict` while the first runs. A refused request leaves its key free.
 */
export async function once<T>(
  request: IdempotentRequest,
  store: IdempotencyStore,
  act: { readonly run: () => Promise<T>; readonly stored: (answer: T) => StoredAnswer },
): Promise<
  { readonly kind: 'new'; readonly answer: T } | { readonly kind: 'again'; readonly answer: StoredAnswer }
> {
  if (!/^[\x21-\x7e]{1,255}$/.test(request.key)) {
    throw new Refusal('invalid-syntax', 'Idempotency-Key must be 1 to 255 visible ASCII characters.');
  }
  const key = sha256(JSON.stringify([...request.scope, request.key]));
  const claim = { requestHash: sha256(request.body), now: request.now };
  const earlier = await store.claim(key, claim);
  if (earlier !== undefined) return { kind: 'again', answer: answerOf(earlier, claim) };
  try {
    const answer = await act.run();
    await store.answered(key, claim, act.stored(answer));
    return { kind: 'new', answer };
  } catch (refused) {
    // After an outage the act may have happened: the key stays claimed until it lapses.
    if (refused instanceof Refusal) await store.release(key);
    throw refused;
  }
}

function answerOf(earlier: EarlierRequest, claim: Claim): StoredAnswer {
  if (earlier.requestHash !== claim.requestHash) {
    throw new Refusal('invalid-value', 'This Idempotency-Key was used with another body.', {
      reason: 'idempotency_key_reused',
    });
  }
  if (earlier.kind === 'answered') return earlier.answer;
  throw new Refusal('conflict', 'The first request with this Idempotency-Key is still running.', {
    reason: 'idempotency_key_running',
    headers: { 'retry-after': '2' },
  });
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
