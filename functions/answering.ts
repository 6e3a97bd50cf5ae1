import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { faultOf, requestFields } from './fault-line.ts';
import { writeLine } from './log-line.ts';
import { metrics, operationOf } from './metrics.ts';
import { writeMetricsWhenDue } from './metrics-line.ts';
import { outageOf } from './outage.ts';

/**
 * A handler that always answers: with HTTP streaming on, one that throws leaves its caller waiting for minutes (platform rules §1.3).
 * An outage of the storage is 503 with Retry-After, anything else that arrives here is a bug and 500; both are logged once.
 */
export const answering =
  (handler: Handler): HttpHandler =>
  async (request, context) => {
    const begun = performance.now();
    const answer = await answered(handler, request, context);
    const status = answer.status ?? 200;
    const operation = operationOf(context.functionName, request.method, pathOf(request));
    metrics.request(operation, { status, milliseconds: performance.now() - begun });
    writeLine(context, 'debug', { event: 'request', ...requestFields({ request, context }), status });
    writeMetricsWhenDue(context);
    return answer;
  };

type Handler = (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>;

async function answered(
  handler: Handler,
  request: HttpRequest,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  try {
    return guarded(await handler(request, context));
  } catch (error) {
    const fields = { ...requestFields({ request, context }), ...faultOf(error) };
    writeLine(context, 'error', { event: 'request-failed', ...fields });
    return guarded(faultAnswer(error, pathOf(request)));
  }
}

/** Answers are data for programs: never cached, never guessed at, never framed. */
export const securityHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
} as const;

const guarded = (answer: HttpResponseInit): HttpResponseInit => ({
  ...answer,
  headers: { ...securityHeaders, ...(answer.headers as Record<string, string> | undefined) },
});

function faultAnswer(error: unknown, path: string): HttpResponseInit {
  const outage = outageOf(error);
  const status = outage === undefined ? 500 : 503;
  const detail =
    outage === undefined
      ? 'The service failed on this request. It was logged; try again later.'
      : 'The storage of the service cannot be reached just now. Try again shortly.';
  const retry = outage === undefined ? {} : { 'retry-after': String(outage.retryAfterSeconds) };
  return path.startsWith('/scim/') ? scimFault(status, detail, retry) : problem(status, detail, retry);
}

/** RFC 7644 §3.12. */
const scimFault = (status: number, detail: string, headers: Record<string, string>): HttpResponseInit =>
  jsonAnswer(
    { status, headers: { ...headers, 'content-type': 'application/scim+json' } },
    { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status), detail },
  );

/** RFC 9457. */
const problem = (status: number, detail: string, headers: Record<string, string>): HttpResponseInit =>
  jsonAnswer(
    { status, headers: { ...headers, 'content-type': 'application/problem+json' } },
    {
      type: 'about:blank',
      title: status === 503 ? 'Service Unavailable' : 'Internal Server Error',
      status,
      detail,
    },
  );

/** The body is serialized here, inside the handler, and its length announced, so that it is not sent in chunks. */
export function jsonAnswer(
  head: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
  content: object | undefined,
): HttpResponseInit {
  if (content === undefined) return { status: head.status, headers: { ...head.headers } };
  const body = Buffer.from(JSON.stringify(content));
  return { status: head.status, headers: { ...head.headers, 'content-length': String(body.length) }, body };
}

/** The path of a request's URL, normalized, escapes kept. */
export const pathOf = (request: HttpRequest): string => new URL(request.url).pathname;
