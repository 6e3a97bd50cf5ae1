import type { HttpRequest, InvocationContext } from '@azure/functions';

/**
 * One line of JSON about a request that failed: enough to find it, nothing that opens anything. The query is left out, because
 * filters name people; the message of the error is cut and cleaned of secrets (T14).
 */
export function faultLine(error: unknown, at: LoggedCall): string {
  return JSON.stringify({ event: 'request-failed', ...whichOf(at), ...faultOf(error) });
}

/** One line of JSON about a request that was answered. */
export const requestLine = (at: LoggedCall, status: number | undefined): string =>
  JSON.stringify({ event: 'request', ...whichOf(at), status });

interface LoggedCall {
  readonly request: HttpRequest;
  readonly context: InvocationContext;
}

const whichOf = ({ request, context }: LoggedCall) => ({
  function: context.functionName,
  invocationId: context.invocationId,
  traceId: context.traceContext?.traceParent?.split('-')[1],
  method: request.method,
  path: new URL(request.url).pathname.slice(0, 300),
});

const stackCharactersMax = 4_000;
const messageCharactersMax = 500;

/** Name, message and causes of what was thrown, without secrets. */
export function faultOf(error: unknown): object {
  if (!(error instanceof Error))
    return { error: withoutSecrets(String(error).slice(0, messageCharactersMax)) };
  return {
    error: error.name,
    message: withoutSecrets(error.message.slice(0, messageCharactersMax)),
    stack: withoutSecrets((error.stack ?? '').slice(0, stackCharactersMax)),
    ...(error.cause === undefined ? {} : { cause: faultOf(error.cause) }),
  };
}

/** Keys of ours, bearer tokens, JWTs, account keys and signatures. */
export const withoutSecrets = (text: string): string =>
  text
    .replace(/\brk_(scim|admin)_([0-9A-Za-z]{8})[0-9A-Za-z]+/g, 'rk_$1_$2…')
    .replace(/\b(Bearer|SharedKey(?:Lite)?)\s+[^\s,"']+/gi, '$1 …')
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '…')
    .replace(/\b(AccountKey|sig|client_secret|password)(["']?\s*[=:]\s*["']?)[^;&\s"']+/gi, '$1$2…');
