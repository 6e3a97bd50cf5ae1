import type { GraphAnswer, GraphFault } from '../sync/graph-port.ts';
import type { GraphReading } from './graph-client.ts';
import { GraphFailure, type GraphFailureKind, paidFor, type Spent } from './graph-failure.ts';

/** Makes an answer of a reading, and a fault of a failure; anything else is a bug and passes. */
export async function answer<T>(
  reading: Promise<GraphReading>,
  parse: (json: unknown) => T,
): Promise<GraphAnswer<T>> {
  try {
    const { json, ...spent } = await reading;
    return { kind: 'read', value: paidFor(spent, () => parse(json)), ...spent };
  } catch (error) {
    return faultOf(error);
  }
}

/** A failure as a fault; anything else is a bug and passes. */
export function faultOf(error: unknown): Faulty {
  if (!(error instanceof GraphFailure)) throw error;
  const { retryAfterSeconds, signIn, spent = nothing } = error.facts;
  const fault: GraphFault = {
    kind: faultKinds[error.kind],
    detail: error.message,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(signIn === undefined ? {} : { code: signIn }),
  };
  return { kind: 'fault', fault, ...spent };
}

const nothing = { calls: 0, resourceUnits: 0 };

type Faulty = Extract<GraphAnswer<never>, { kind: 'fault' }>;

const faultKinds: Record<GraphFailureKind, GraphFault['kind']> = {
  throttled: 'throttled',
  transient: 'transient',
  unauthorized: 'unauthorized',
  forbidden: 'forbidden',
  'not-found': 'not-found',
  'token-dead': 'token-dead',
  'resync-required': 'resync-required',
  refused: 'malformed',
  malformed: 'malformed',
  'foreign-link': 'malformed',
};

/** What several answers took. */
export const together = (answers: readonly GraphAnswer<unknown>[]): Spent => ({
  calls: answers.reduce((sum, { calls = 0 }) => sum + calls, 0),
  resourceUnits: answers.reduce((sum, { resourceUnits = 0 }) => sum + resourceUnits, 0),
});
