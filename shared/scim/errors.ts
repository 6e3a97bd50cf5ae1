import type { Refusal, RefusalCode } from '../model/refusal.ts';
import type { ScimResponse } from './exchange.ts';

export const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error';

interface ScimError {
  readonly status: number;
  readonly scimType?: string;
}

/** RFC 7644 §3.12, RFC 9865 §3. A code without an entry does not compile. */
export const scimErrors: Record<RefusalCode, ScimError> = {
  'invalid-syntax': { status: 400, scimType: 'invalidSyntax' },
  'invalid-filter': { status: 400, scimType: 'invalidFilter' },
  'invalid-path': { status: 400, scimType: 'invalidPath' },
  'invalid-value': { status: 400, scimType: 'invalidValue' },
  'no-target': { status: 400, scimType: 'noTarget' },
  'read-only': { status: 400, scimType: 'mutability' },
  sensitive: { status: 403, scimType: 'sensitive' },
  'too-many': { status: 400, scimType: 'tooMany' },
  'too-large': { status: 413 },
  'invalid-cursor': { status: 400, scimType: 'invalidCursor' },
  'expired-cursor': { status: 400, scimType: 'expiredCursor' },
  'invalid-count': { status: 400, scimType: 'invalidCount' },
  'unsupported-media-type': { status: 415 },
  unauthenticated: { status: 401 },
  forbidden: { status: 403 },
  'not-found': { status: 404 },
  'method-not-allowed': { status: 405 },
  'not-implemented': { status: 501 },
  uniqueness: { status: 409, scimType: 'uniqueness' },
  conflict: { status: 409 },
  'precondition-failed': { status: 412 },
  'precondition-required': { status: 428 },
  'not-modified': { status: 304 },
  'limit-exceeded': { status: 403 },
  paused: { status: 503 },
  busy: { status: 429 },
};

const headersOwed: Partial<Record<RefusalCode, Readonly<Record<string, string>>>> = {
  unauthenticated: { 'www-authenticate': 'Bearer' },
  paused: { 'retry-after': '300' },
  busy: { 'retry-after': '1' },
};

const detailCharactersMax = 800;

/** The answer to a refusal; everything else that is thrown is a bug or an outage and none of the protocol's business. */
export function renderError(refusal: Refusal): ScimResponse {
  const { status } = scimErrors[refusal.code];
  const headers = { ...headersOwed[refusal.code], ...refusal.facts.headers };
  if (status === 304) return { status, headers };
  return {
    status,
    headers: { ...headers, 'content-type': 'application/scim+json' },
    body: errorBody(refusal),
  };
}

/** `status` is text: RFC 7644 §3.12. */
export function errorBody(refusal: Refusal) {
  const { status, scimType } = scimErrors[refusal.code];
  return {
    schemas: [errorSchema],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail: refusal.message.slice(0, detailCharactersMax),
  };
}

/** `scimType: detail`, for the request log. */
export function errorLine(refusal: Refusal): string {
  const { scimType } = scimErrors[refusal.code];
  return scimType === undefined ? refusal.message : `${scimType}: ${refusal.message}`;
}
