import { setTimeout as pause } from 'node:timers/promises';
import { RestError } from '@azure/data-tables';
import type { TablePolicy } from './table-policy.ts';

export type Patience = 'interactive' | 'sync';

interface RetryTerms {
  readonly retriesMax: number;
  readonly delayMs: number;
  readonly delayMsMax: number;
  /** A longer wait than this is not waited for: the caller is told when to come back. */
  readonly retryAfterMsMax: number;
}

const termsOf: Record<Patience, RetryTerms> = {
  interactive: { retriesMax: 3, delayMs: 60, delayMsMax: 1000, retryAfterMsMax: 1000 },
  sync: { retriesMax: 6, delayMs: 500, delayMsMax: 30_000, retryAfterMsMax: 60_000 },
};

/**
 * Repeats what the service could not do just now (408, 429, 5xx but 501 and 505, a broken connection) with growing, jittered waits.
 * A write may have been applied by an attempt whose answer was lost: `wasRepeated` tells.
 */
export function retrying(patience: Patience): TablePolicy {
  const terms = termsOf[patience];
  return {
    name: 'patientRetries',
    sendRequest: async (request, next) => {
      for (let attempt = 0; ; attempt++) {
        const outcome = await settled(next(request));
        const waitMs = attempt < terms.retriesMax ? waitAfter(outcome, terms, attempt) : undefined;
        if (waitMs === undefined) {
          if (outcome.kind === 'failed') throw outcome.error;
          return outcome.response;
        }
        repeated.add(request);
        await pause(waitMs);
      }
    },
  };
}

/** Whether the request behind an error of the client library was sent more than once. */
export function wasRepeated(error: { readonly request?: object }): boolean {
  return error.request !== undefined && repeated.has(error.request);
}

const repeated = new WeakSet<object>();

type Sent = Awaited<ReturnType<TablePolicy['sendRequest']>>;
type Outcome =
  | { readonly kind: 'answered'; readonly response: Sent }
  | { readonly kind: 'failed'; readonly error: unknown };

async function settled(sending: Promise<Sent>): Promise<Outcome> {
  try {
    return { kind: 'answered', response: await sending };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** Milliseconds to wait before the next attempt; undefined when there shall be none. */
function waitAfter(outcome: Outcome, terms: RetryTerms, attempt: number): number | undefined {
  if (!isPassing(outcome)) return undefined;
  const asked = retryAfterMs(responseOf(outcome)?.headers.get('retry-after'));
  if (asked > terms.retryAfterMsMax) return undefined;
  const backoff = Math.min(terms.delayMs * 2 ** attempt, terms.delayMsMax);
  return Math.max(asked, backoff * (0.5 + Math.random() / 2));
}

function isPassing(outcome: Outcome): boolean {
  const status = responseOf(outcome)?.status;
  if (status === undefined) return outcome.kind === 'failed' && isBrokenConnection(outcome.error);
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** The client turns refusals into errors before they come here, batches excepted. */
function responseOf(outcome: Outcome): Pick<Sent, 'status' | 'headers'> | undefined {
  if (outcome.kind === 'answered') return outcome.response;
  return outcome.error instanceof RestError ? outcome.error.response : undefined;
}

/** No answer came: refused, reset, timed out, name not found. An aborted request is no such thing. */
export function isBrokenConnection(error: unknown): boolean {
  if (!(error instanceof RestError) || error.statusCode !== undefined) return false;
  return error.code !== RestError.PARSE_ERROR;
}

function retryAfterMs(header: string | undefined): number {
  const seconds = Number(header ?? 0);
  return Number.isFinite(seconds) ? seconds * 1000 : 0;
}
