import { z } from 'zod';
import { type FailedAttempt, GraphFailure, type GraphFailureKind } from './graph-failure.ts';
import { retryAfterSeconds } from './retry-after.ts';

/** The JSON of a usable answer, or why there is none and whether to try again. */
export function readAnswer(
  response: Response,
  body: string,
  now: number,
): FailedAttempt | { readonly json: unknown } {
  const json = parsedJson(body);
  if (response.ok) return unusable(response.status, body, json) ?? { json };
  const asked = retryAfterSeconds(response.headers.get('retry-after'), now);
  const retryAfter = asked === undefined ? {} : { retryAfterSeconds: asked };
  const code = wordOf(ErrorBody.safeParse(json).data?.error.code);
  const kind = kindOf(response.status, code);
  const failure = new GraphFailure(kind, `Graph answered ${response.status} ${code}`.trim(), {
    status: response.status,
    code,
    ...retryAfter,
  });
  const claims = response.status === 401 ? claimsOf(response.headers.get('www-authenticate')) : undefined;
  return {
    failure,
    retry: kind === 'transient' || kind === 'throttled' || response.status === 401,
    ...retryAfter,
    ...(claims === undefined ? {} : { claims }),
  };
}

/** Seconds before the next attempt: what was asked for, else full jitter under a doubling ceiling. */
export function retryDelaySeconds(failed: FailedAttempt, attempt: number, random: number): number {
  if (failed.failure.kind === 'unauthorized') return 0;
  const jitter = random * Math.min(backoffCeilingSeconds, backoffBaseSeconds * 2 ** (attempt - 1));
  // Retry-After is a floor; a little jitter above it keeps parallel callers from returning in one wave.
  return failed.retryAfterSeconds === undefined ? jitter : failed.retryAfterSeconds + Math.min(jitter, 1);
}

const backoffBaseSeconds = 1;
const backoffCeilingSeconds = 16;

/** A 2xx that is no answer: an error object inside, or a body cut short by a proxy. Trying again may help. */
function unusable(status: number, body: string, json: unknown): FailedAttempt | undefined {
  if (body === '' && status === 204) return undefined;
  if (json === undefined || ErrorBody.safeParse(json).success) {
    return {
      failure: new GraphFailure('transient', 'Graph answered with an unreadable body', { status }),
      retry: true,
    };
  }
  return undefined;
}

function kindOf(status: number, code: string): GraphFailureKind {
  if (expiredPageCodes.has(code.toLowerCase())) return 'token-dead';
  if (status === 410 || resyncCodes.has(code.toLowerCase())) return 'resync-required';
  if (status === 429) return 'throttled';
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  return status >= 500 || status === 408 ? 'transient' : 'refused';
}

/** Error codes by which Graph says that a delta or page token is of no use any more (graph.md §1.3). */
const resyncCodes: ReadonlySet<string> = new Set([
  'syncstatenotfound',
  'syncstateinvalid',
  'resyncrequired',
  'resyncchangesapplydifferences',
  'resyncchangesuploaddifferences',
]);

/** Of a nextLink within a round. */
const expiredPageCodes: ReadonlySet<string> = new Set([
  'directory_expiredpagetoken',
  'directory_invalidpagetoken',
]);

const ErrorBody = z.object({ error: z.object({ code: z.string().default('') }) });

/** People read it in failures and logs, so that it is Graph's word or nothing: no token that is sent back, no address. */
const wordOf = (code = ''): string => (/^\w[\w.]{0,63}$/.test(code) ? code : '');

function parsedJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The claims of a continuous access evaluation challenge, decoded; undefined when there are none. */
function claimsOf(challenge: string | null): string | undefined {
  const encoded = /claims="([A-Za-z0-9+/=_-]+)"/.exec(challenge ?? '')?.[1];
  return encoded === undefined
    ? undefined
    : new TextDecoder().decode(
        Uint8Array.from(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0)),
      );
}
