import type { Refusal, RefusalCode } from '../model/refusal.ts';
import type { AdminRequest, AdminResponse } from './ports.ts';

type ProblemCode = RefusalCode | 'not-acceptable';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

/** RFC 9457. A code without an entry does not compile. */
export const problemKinds: Readonly<Record<ProblemCode, ProblemKind>> = {
  'invalid-syntax': { status: 400, title: 'The request cannot be read' },
  'invalid-filter': { status: 400, title: 'The filter is not valid' },
  'invalid-path': { status: 400, title: 'The path is not valid' },
  'invalid-value': { status: 422, title: 'A value is not valid' },
  'no-target': { status: 422, title: 'What should be changed is not there' },
  'read-only': { status: 422, title: 'This cannot be changed' },
  sensitive: { status: 400, title: 'This may not be in a URL' },
  'too-many': { status: 422, title: 'Too many results' },
  'too-large': { status: 413, title: 'The request is too large' },
  'invalid-cursor': { status: 400, title: 'The cursor is not valid' },
  'expired-cursor': { status: 400, title: 'The cursor has expired' },
  'invalid-count': { status: 400, title: 'The limit is not valid' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  unauthenticated: { status: 401, title: 'Who calls is not known' },
  forbidden: { status: 403, title: 'Your role does not allow this' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'not-acceptable': { status: 406, title: 'Answers are JSON' },
  'not-implemented': { status: 501, title: 'This is not implemented' },
  uniqueness: { status: 409, title: 'The name is taken' },
  conflict: { status: 409, title: 'The state does not allow this now' },
  'precondition-failed': { status: 412, title: 'It was changed meanwhile' },
  'precondition-required': { status: 428, title: 'If-Match is required' },
  'not-modified': { status: 304, title: 'Not modified' },
  'limit-exceeded': { status: 409, title: 'A limit is reached' },
  paused: { status: 409, title: 'The directory is paused' },
  busy: { status: 429, title: 'Too much at once' },
};

export function renderProblem(refusal: Refusal, request: AdminRequest): AdminResponse {
  const { headers, errors, reason, about } = refusal.facts;
  const owed = refusal.code === 'busy' ? { 'retry-after': '1' } : {};
  return problem(refusal.code, request, {
    headers: { ...owed, ...headers },
    members: {
      detail: refusal.message.slice(0, detailCharactersMax),
      ...(reason === undefined ? {} : { reason }),
      ...(errors === undefined ? {} : { errors: errors.slice(0, errorsMax) }),
      ...(about === undefined ? {} : { blockers: Object.entries(about).map(([kind, id]) => ({ kind, id })) }),
    },
  });
}

export function problem(
  code: ProblemCode,
  request: AdminRequest,
  more: { readonly headers?: Readonly<Record<string, string>>; readonly members?: object } = {},
): AdminResponse {
  const { status, title } = problemKinds[code];
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...more.headers },
    body: {
      type: `urn:rookery:problem:${code}`,
      title,
      status,
      instance: request.path.slice(0, instanceCharactersMax),
      code,
      traceId: request.traceId,
      ...more.members,
    },
  };
}

const detailCharactersMax = 800;
const instanceCharactersMax = 300;
const errorsMax = 50;
