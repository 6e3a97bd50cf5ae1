import type { HttpRequest, InvocationContext } from '@azure/functions';
import { callOf, type LogFields } from './log-line.ts';

/** A request that was answered: names of routes and ids, and no query, because filters name people. */
export function requestFields({ request, context }: LoggedCall): LogFields {
  const path = new URL(request.url).pathname;
  return {
    ...callOf(context),
    directoryId: /\/(dir_[0-9a-f]{32})(?=\/|$)/.exec(path)?.[1],
    runId: /\/(run_[0-9a-f]{32})(?=[/:]|$)/.exec(path)?.[1],
    method: request.method,
    path: path.slice(0, 300),
  };
}

interface LoggedCall {
  readonly request: HttpRequest;
  readonly context: InvocationContext;
}

const stackCharactersMax = 4_000;
const messageCharactersMax = 500;

/** Name, message and causes of what was thrown, cut and cleaned of secrets (T14): enough to find it, nothing that opens anything. */
export function faultOf(error: unknown): LogFields {
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
