import type { SignInRefusal } from '../sync/graph-port.ts';

/** Why a Graph call has no usable answer; everything that a run may have to decide upon. */
export type GraphFailureKind =
  /** 429, or a wait longer than a function should sleep: come back after `retryAfterSeconds`. */
  | 'throttled'
  /** 5xx, resets, time-outs and truncated or unreadable bodies, still so after every attempt. */
  | 'transient'
  /** 401 with a fresh token, or the token endpoint refused: consent or credential is gone. */
  | 'unauthorized'
  /** 403: a permission is missing. */
  | 'forbidden'
  | 'not-found'
  /** A page token is dead: begin the round again from the last delta token. */
  | 'token-dead'
  /** 410, or an error code that says a delta token is of no use any more: read everything again. */
  | 'resync-required'
  /** Any other 4xx. */
  | 'refused'
  /** A 2xx whose body does not have the documented shape. Unknown is never empty. */
  | 'malformed'
  /** A link that leaves the configured host; it was not followed and no token was sent. */
  | 'foreign-link';

/** What an answer or a failure took, failed attempts included. */
export interface Spent {
  /** Requests that were sent. */
  readonly calls: number;
  readonly resourceUnits: number;
}

export interface GraphFailureFacts {
  readonly status?: number;
  /** Graph's own error code. */
  readonly code?: string;
  readonly retryAfterSeconds?: number;
  /** Of `unauthorized`. */
  readonly signIn?: SignInRefusal;
  /** By the time it failed. */
  readonly spent?: Spent;
  readonly cause?: unknown;
}

export class GraphFailure extends Error {
  override readonly name = 'GraphFailure';
  readonly kind: GraphFailureKind;
  readonly facts: GraphFailureFacts;

  constructor(kind: GraphFailureKind, message: string, facts: GraphFailureFacts = {}) {
    super(message, { cause: facts.cause });
    this.kind = kind;
    this.facts = facts;
  }

  /** The same, after what was spent on it. */
  after(spent: Spent): GraphFailure {
    return new GraphFailure(this.kind, this.message, { ...this.facts, spent });
  }
}

/** What cannot be read was paid for like what can. */
export function paidFor<T>({ calls, resourceUnits }: Spent, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof GraphFailure ? error.after({ calls, resourceUnits }) : error;
  }
}

/** An attempt without a usable answer, and whether another one may help. */
export interface FailedAttempt {
  readonly failure: GraphFailure;
  readonly retry: boolean;
  readonly retryAfterSeconds?: number;
  /** Of a continuous access evaluation challenge. */
  readonly claims?: string;
}
