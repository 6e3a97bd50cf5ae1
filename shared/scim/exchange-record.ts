import type { DirectoryId } from '../model/ids.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { limits } from '../model/limits.ts';
import type { Refusal } from '../model/refusal.ts';
import { errorLine } from './errors.ts';
import type { ScimExchange, ScimRequest } from './exchange.ts';
import type { Filter } from './filter.ts';
import { memberChangesAsked } from './member-changes.ts';
import type { RequestBody } from './request-body.ts';
import type { Answer } from './resource-requests.ts';

/** What became of a request. */
export interface Outcome extends Answer {
  readonly refusal?: Refusal;
  /** A bug or an outage: the trigger answers it. */
  readonly thrown?: unknown;
}

interface Facts {
  readonly directoryId: DirectoryId;
  readonly at: number;
  readonly durationMilliseconds: number;
  readonly body: RequestBody | undefined;
}

/** One request and its answer as the request log tells them. */
export function exchangeOf(request: ScimRequest, outcome: Outcome, facts: Facts): ScimExchange {
  const { directoryId, at, durationMilliseconds, body } = facts;
  const { response, refusal, objectId, note, largeRemoval, probe = false } = outcome;
  const isAccepted = response.status < 300 && /^[/]groups/i.test(request.path);
  const memberChanges = isAccepted ? memberChangesAsked(body?.json) : 0;
  const error = refusal ? errorLine(refusal) : 'thrown' in outcome ? 'internal error' : undefined;
  return {
    directoryId,
    at,
    durationMilliseconds,
    method: request.method,
    target: recordedTarget(request),
    status: response.status,
    ...(objectId === undefined ? {} : { objectId }),
    ...(error === undefined ? {} : { error }),
    ...(note === undefined ? {} : { note }),
    ...(body ? { body: recordedBody(body) } : {}),
    ...(memberChanges > 0 ? { memberChanges } : {}),
    ...(largeRemoval === undefined ? {} : { largeRemoval }),
    probe,
  };
}

/** Path and query as received, without a filter that might hold a password. */
function recordedTarget(request: ScimRequest): string {
  const query = new URLSearchParams(request.query);
  for (const [name, value] of request.query) {
    if (isSecretName.test(value)) query.set(name, '[removed]');
  }
  const text = query.toString();
  return `${request.path}${text === '' ? '' : `?${text}`}`.slice(0, limits.textCharactersMax);
}

/** The body as received, but for passwords, cut to what a log can hold. */
function recordedBody({ text, json }: RequestBody): string {
  // An escaped name (`passw\u006frd`) is only seen once it is read.
  const isSafe = !isSecretName.test(text) && !text.includes('\\u');
  const shown = isSafe ? text : JSON.stringify(withoutPasswords(json));
  return shown.slice(0, limits.textCharactersMax);
}

/** Entra's connection test: a look-up of a random name, which finds nothing. */
export const isProbe = (filter: Filter | undefined, totalResults: number): boolean =>
  totalResults === 0 &&
  filter?.kind === 'compare' &&
  filter.operator === 'eq' &&
  filter.path.attribute.toLowerCase() !== 'id' &&
  typeof filter.value === 'string' &&
  randomName.test(filter.value);

const randomName = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const isSecretName = /password/i;

/** Depth is bounded by the parser of bodies. */
function withoutPasswords(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutPasswords);
  if (!isJsonObject(value)) return value;
  const isAboutPassword = Object.entries(value).some(
    ([name, path]) => name.toLowerCase() === 'path' && isSecretName.test(String(path)),
  );
  const kept = Object.entries(value).filter(
    ([name]) => !(isSecretName.test(name) || (isAboutPassword && name.toLowerCase() === 'value')),
  );
  return Object.fromEntries(
    kept.map(([name, inner]) => [name, withoutPasswords(inner)]),
  ) satisfies JsonObject;
}
