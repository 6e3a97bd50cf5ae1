import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import type { Operation } from './contract/operation.ts';
import { type OperationId, operations } from './contract.ts';
import { problemKinds } from './problems.ts';

/** The admin API as OpenAPI 3.1, made from what routes and validates it. */
export function openApiDocument() {
  const paths: ZodOpenApiPathsObject = {};
  for (const id of Object.keys(operations) as OperationId[]) {
    const operation: Operation = operations[id];
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: describe(id, operation),
    };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Rookery admin API',
      version: '1.0.0',
      summary: 'Organizations, their directories and the keys to them.',
      description:
        'Errors are problem documents (RFC 9457). Lists take `limit` and an opaque `cursor`. Every POST takes an `Idempotency-Key`: a ' +
        'repetition within 24 hours gets the first answer, in which `key` is left out and `keyAlreadyShown` is set. Additions to answers ' +
        'are not announced.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This installation' }],
    security: [{ bearer: [] }],
    tags: tags.map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An admin key, or an Entra access token with an app role Rookery.Reader, .Operator or .Admin.',
        },
      },
    },
  });
}

const tags = [
  ['Organizations', 'Everything belongs to one.'],
  ['Directories', 'What one identity provider says about users and groups.'],
  ['SCIM keys', 'Secrets with which a provider reaches one directory.'],
  ['Nested directories', 'What is read from Microsoft Graph, nested groups flattened.'],
  ['Runs', 'Synchronizations of nested directories, their plans and logs.'],
  ['Admin keys', 'Secrets that open this API, by role and organization.'],
  ['Audit', 'Who changed what, chained so that tampering shows.'],
] as const;

const Problem = z
  .object({
    type: z
      .string()
      .meta({ description: 'Stable name of the kind.', example: 'urn:rookery:problem:not-found' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string(),
    code: z.enum(Object.keys(problemKinds) as [string, ...string[]]),
    reason: z.string().optional().meta({ description: 'Finer than `code`, stable.' }),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
    blockers: z.array(z.object({ kind: z.string(), id: z.string() })).optional(),
    traceId: z.string(),
  })
  .meta({ id: 'Problem' });

const ifMatch = z.string().meta({ description: 'The ETag that was read.', example: '"3"' });
const idempotencyKey = z.string().max(255).optional().meta({
  description: 'Any text that is new for each intended act.',
  example: '6f1c1f6e-0d0c-4d3f-9d53-0f3b5a1f7c11',
});

function describe(id: OperationId, operation: Operation): ZodOpenApiOperationObject {
  const header = {
    ...(operation.guarded ? { 'If-Match': ifMatch } : {}),
    ...(operation.method === 'POST' ? { 'Idempotency-Key': idempotencyKey } : {}),
  };
  const needs = `Needs the role ${operation.role}.`;
  return {
    operationId: id,
    tags: [operation.tag],
    summary: operation.summary,
    description: operation.description === undefined ? needs : `${operation.description} ${needs}`,
    requestParams: {
      ...(Object.keys(operation.params.shape).length === 0 ? {} : { path: operation.params }),
      ...(operation.query === undefined ? {} : { query: operation.query }),
      ...(Object.keys(header).length === 0 ? {} : { header: z.object(header) }),
    },
    ...(operation.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: operation.body } } } }),
    responses: { [operation.status]: success(operation), ...failures(operation) },
  };
}

function success(operation: Operation) {
  const etag = z.string().meta({ description: 'Version, for If-Match.' });
  return {
    description: operation.status === 204 ? 'Done' : 'The answer',
    ...(operation.versioned ? { headers: z.object({ ETag: etag }) } : {}),
    ...(operation.answer === undefined
      ? {}
      : {
          content: {
            [operation.streamed ?? 'application/json']: {
              schema: operation.answer,
            },
          },
        }),
  };
}

/** With overload and with too many failed logins; when others change the same thing there is Retry-After only. */
const rateLimit = z.object({
  'Retry-After': z.string().meta({ description: 'Seconds to wait.', example: '1' }),
  'RateLimit-Policy': z.string().optional().meta({
    description: 'Name and quota of the limit that was met.',
    example: '"failed-logins";q=300;w=30',
  }),
  RateLimit: z
    .string()
    .optional()
    .meta({ description: 'What is left, and for how long.', example: '"failed-logins";r=0;t=1' }),
  'RateLimit-Limit': z.string().optional().meta({ description: 'The quota alone.', example: '300' }),
  'RateLimit-Remaining': z.string().optional().meta({ description: 'What is left alone.', example: '0' }),
  'RateLimit-Reset': z.string().optional().meta({ description: 'Seconds, as in Retry-After.', example: '1' }),
});

/** Statuses of problems that an operation may be answered with, besides those of faults of the service. */
export function problemStatuses(operation: Operation): readonly number[] {
  const { method, body, query, guarded = false, conditional = false } = operation;
  // A POST may have an Idempotency-Key that is none, or was used for something else.
  const hasInput = body !== undefined || query !== undefined || method === 'POST';
  return [
    ...(hasInput ? [400] : []),
    ...[401, 403, 404, 405, 406, 409],
    ...(guarded || conditional ? [412] : []),
    ...(body === undefined ? [] : [413, 415]),
    ...(hasInput ? [422] : []),
    ...(guarded ? [428] : []),
    429,
  ];
}

function failures(operation: Operation) {
  const problemAnswer = (status: number) => ({
    description: Object.values(problemKinds).find((kind) => kind.status === status)?.title ?? 'Problem',
    ...(status === 429 ? { headers: rateLimit } : {}),
    content: { 'application/problem+json': { schema: Problem } },
  });
  return Object.fromEntries(
    problemStatuses(operation).map((status) => [String(status), problemAnswer(status)]),
  );
}
