import type { Context, Middleware } from '@microsoft/microsoft-graph-client';
import { readBody } from './graph-body.ts';
import { type FailedAttempt, GraphFailure, type Spent } from './graph-failure.ts';
import type { Pacer } from './pacer.ts';
import { readAnswer, retryDelaySeconds } from './retry-policy.ts';

/** What the middleware needs from outside, so that time and chance can be simulated. */
export interface GraphSurroundings {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface GraphMiddlewareOptions extends GraphSurroundings {
  /** A bearer token; asked anew for each attempt, with the claims of a challenge when there was one. */
  readonly token: (claims?: string) => Promise<string>;
  readonly pacer: Pacer;
  readonly limits: GraphCallLimits;
  /** W3C traceparent of the run, sent with each call. */
  readonly traceparent?: string;
}

export interface GraphCallLimits {
  readonly attemptsMax: number;
  readonly attemptTimeoutMilliseconds: number;
  /** A longer wait is handed back to the caller as `throttled` instead of being slept. */
  readonly waitSecondsMax: number;
  readonly bodyBytesMax: number;
}

/** A link to call untouched; the client library would take it apart and rebuild it. */
export class ExactRequest {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }
}

/** What a call costs, in resource units, as far as is known before it. */
export class Price {
  readonly resourceUnits: number;

  constructor(resourceUnits: number) {
    this.resourceUnits = resourceUnits;
  }
}

/** How often a call is tried at most, where that is less than for others. */
export class Attempts {
  readonly max: number;

  constructor(max: number) {
    this.max = max;
  }
}

/**
 * The one middleware between the client library and Graph: token per attempt, time-out per attempt, pacing by resource units,
 * retries with full jitter, and the whole body read before an answer counts as one (graph.md: the library does none of these).
 * Throws `GraphFailure`; a long Retry-After is not slept but thrown.
 */
export function graphMiddleware(options: GraphMiddlewareOptions): Middleware {
  return {
    async execute(context: Context) {
      const exact: unknown = context.middlewareControl?.getMiddlewareOptions(ExactRequest);
      const price: unknown = context.middlewareControl?.getMiddlewareOptions(Price);
      const attempts: unknown = context.middlewareControl?.getMiddlewareOptions(Attempts);
      const request = {
        attemptsMax: attempts instanceof Attempts ? attempts.max : options.limits.attemptsMax,
        url: exact instanceof ExactRequest ? exact.url : String(context.request),
        resourceUnits: price instanceof Price ? price.resourceUnits : 1,
        init: context.options ?? {},
      };
      // The library would rewrap a thrown failure and lose its kind, so it travels inside the response.
      context.response = await answerOf(request, options).catch((error: unknown) => {
        if (error instanceof GraphFailure) return new FailedResponse(error);
        throw error;
      });
    },
  };
}

async function answerOf(request: PricedRequest, options: GraphMiddlewareOptions): Promise<ReadResponse> {
  let claims: string | undefined;
  let spent: Spent = { calls: 0, resourceUnits: 0 };
  for (let attempt = 1; ; attempt++) {
    const late = await options.pacer.acquire(request.resourceUnits, pacedSecondsMax);
    if (late !== undefined) throw handedBack(outOfUnits, late).after(spent);
    const begun = options.now();
    const outcome = await attemptOnce({ ...request, claims }, options);
    spent = {
      calls: spent.calls + outcome.calls,
      resourceUnits: spent.resourceUnits + outcome.resourceUnits,
    };
    if (outcome.kind === 'read') return new ReadResponse(outcome.json, spent);
    const { failed } = outcome;
    const took = options.now() - begun;
    if (isGivenUp(failed, took) || attempt >= request.attemptsMax) throw failed.failure.after(spent);
    claims = failed.claims;
    const seconds = retryDelaySeconds(failed, attempt, options.random());
    if (seconds > options.limits.waitSecondsMax) throw handedBack(failed.failure, seconds).after(spent);
    if (failed.failure.kind === 'throttled') options.pacer.closeFor(seconds);
    await options.sleep(seconds * 1000);
  }
}

/** A response whose body was read and parsed once; the body itself is gone. */
export class ReadResponse extends Response {
  readonly parsed: unknown;
  readonly spent: Spent;

  constructor(parsed: unknown, spent: Spent) {
    super(null);
    this.parsed = parsed;
    this.spent = spent;
  }
}

export class FailedResponse extends Response {
  readonly failure: GraphFailure;

  constructor(failure: GraphFailure) {
    super(null);
    this.failure = failure;
  }
}

interface PricedRequest {
  readonly url: string;
  readonly resourceUnits: number;
  readonly attemptsMax: number;
  readonly init: RequestInit;
}

interface Attempt extends PricedRequest {
  readonly claims: string | undefined;
}

type Outcome = Spent &
  (
    | { readonly kind: 'read'; readonly json: unknown }
    | { readonly kind: 'failed'; readonly failed: FailedAttempt }
  );

async function attemptOnce(attempt: Attempt, options: GraphMiddlewareOptions): Promise<Outcome> {
  let calls = 0;
  try {
    const token = await options.token(attempt.claims);
    calls = 1;
    const response = await sent(attempt, { ...options, token });
    const body = await readBody(response, options.limits.bodyBytesMax);
    const books = { calls, resourceUnits: charged(response, attempt, options) };
    const answer = readAnswer(response, body, options.now());
    return 'failure' in answer
      ? { kind: 'failed', failed: answer, ...books }
      : { kind: 'read', ...answer, ...books };
  } catch (cause) {
    const failure =
      cause instanceof GraphFailure
        ? cause
        : new GraphFailure('transient', 'Graph could not be reached or broke off', { cause });
    const { retryAfterSeconds } = failure.facts;
    const failed = {
      failure,
      retry: failure.kind === 'transient' || failure.kind === 'throttled',
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    };
    const resourceUnits = calls * attempt.resourceUnits;
    options.pacer.charge(resourceUnits - attempt.resourceUnits);
    return { kind: 'failed', failed, calls, resourceUnits };
  }
}

async function sent(
  attempt: Attempt,
  options: Omit<GraphMiddlewareOptions, 'token'> & { readonly token: string },
): Promise<Response> {
  const headers = new Headers(attempt.init.headers);
  headers.set('authorization', `Bearer ${options.token}`);
  if (options.traceparent !== undefined) headers.set('traceparent', options.traceparent);
  const signal = AbortSignal.timeout(options.limits.attemptTimeoutMilliseconds);
  return await options.fetch(attempt.url, { ...attempt.init, headers, redirect: 'error', signal });
}

/** Resource units as the service says, within reason, else as estimated; the pacer's books are set right. */
function charged(response: Response, attempt: Attempt, options: GraphMiddlewareOptions): number {
  const told = Number(response.headers.get('x-ms-resource-unit') ?? Number.NaN);
  const resourceUnits = told >= 0 && told <= resourceUnitsMax ? told : attempt.resourceUnits;
  options.pacer.charge(resourceUnits - attempt.resourceUnits);
  options.pacer.nearLimit(Number(response.headers.get('x-ms-throttle-limit-percentage') ?? 0) || 0);
  return resourceUnits;
}

/** No single call costs more; a header that says so is not believed. */
const resourceUnitsMax = 1000;

/** Several attempts that take so long to fail would outlast the step that makes them: the run makes them, one a step. */
const slowMilliseconds = 30_000;

const isGivenUp = ({ failure, retry }: FailedAttempt, took: number) =>
  !retry || (failure.kind === 'transient' && took >= slowMilliseconds);

/** A run that waits for longer does so in the queue, where it hears that it is cancelled. */
const pacedSecondsMax = 60;

const outOfUnits = new GraphFailure('throttled', 'the resource units of this tenant are spent for now');

const handedBack = (failure: GraphFailure, seconds: number) =>
  new GraphFailure('throttled', `${failure.message}: to come back in ${Math.ceil(seconds)} s`, {
    ...failure.facts,
    retryAfterSeconds: seconds,
    cause: failure,
  });
