import { type AdminCaller, authenticateAdmin, hasRole, hasScope } from '../access/admin-access.ts';
import type { OrganizationId } from '../model/ids.ts';
import { Refusal } from '../model/refusal.ts';
import { failuresOf } from './apart.ts';
import { type Answer, type Call, entityTag } from './call.ts';
import type { Operation } from './contract/operation.ts';
import { type OperationId, operations } from './contract.ts';
import { adminKeyHandlers } from './handlers/admin-keys.ts';
import { cycleHandlers } from './handlers/cycles.ts';
import { directoryHandlers } from './handlers/directories.ts';
import { membershipHandlers } from './handlers/memberships.ts';
import { nestedConnectionHandlers } from './handlers/nested-connection.ts';
import { organizationHandlers } from './handlers/organizations.ts';
import { runHandlers } from './handlers/runs.ts';
import { scimKeyHandlers } from './handlers/scim-keys.ts';
import { syncUserHandlers } from './handlers/sync-user.ts';
import { once, type StoredAnswer } from './idempotency.ts';
import { openApiDocument } from './openapi.ts';
import type { AdminPorts, AdminRequest, AdminResponse } from './ports.ts';
import { problem, renderProblem } from './problems.ts';
import { readBody, readParams, readQuery, type SentBody } from './read-request.ts';
import { routeOf } from './routes.ts';

/** Answers a request under /api. Refusals become problem documents; bugs and outages pass whole. */
export async function serveAdmin(request: AdminRequest, ports: AdminPorts): Promise<AdminResponse> {
  try {
    if (request.path === '/api/openapi.json') return described(request);
    // Before anything else is looked at: who may not call learns nothing, not even which addresses there are (T12, T15).
    const caller = await authenticateAdmin(request.header('authorization'), ports.access);
    if (!acceptsJson(request.header('accept'))) return problem('not-acceptable', request);
    return await operate(request, caller, ports);
  } catch (refused) {
    if (refused instanceof Refusal) return renderProblem(refused, request);
    throw refused;
  }
}

async function operate(
  request: AdminRequest,
  caller: AdminCaller,
  ports: AdminPorts,
): Promise<AdminResponse> {
  const route = routeOf(request.method, request.path);
  const operation: Operation = operations[route.id];
  const params = readParams(operation, route.params);
  allow(caller, operation, params);
  const query = readQuery(operation, request.query);
  const sent = await readBody(operation, request);
  const ifMatch = request.header('if-match');
  if (operation.guarded && ifMatch === undefined) {
    throw new Refusal(
      'precondition-required',
      'Send If-Match with the ETag that was read, so that no change is lost.',
    );
  }
  const call = { caller, params, query, body: sent.value, ifMatch, ports };
  // The table pairs each operation with its own handler; the compiler cannot follow a pair through a variable key.
  const handler = handlers[route.id] as (call: unknown) => Promise<Answer>;
  const run = async () => await handler(call);
  const key = request.header('idempotency-key');
  if (operation.method !== 'POST' || key === undefined) return toResponse(operation, await run());
  return await runOnce({ key, sent, request }, call, { operation, run });
}

const handlers: { readonly [Id in OperationId]: (call: Call<Id>) => Promise<Answer> } = {
  ...organizationHandlers,
  ...directoryHandlers,
  ...cycleHandlers,
  ...scimKeyHandlers,
  ...nestedConnectionHandlers,
  ...runHandlers,
  ...membershipHandlers,
  ...syncUserHandlers,
  ...adminKeyHandlers,
};

/** Another organization's id is no address for this caller; only then does the role count. */
function allow(caller: AdminCaller, operation: Operation, params: Readonly<Record<string, unknown>>): void {
  const reached = operation.reach === 'organization' ? (params['organizationId'] as OrganizationId) : 'all';
  if (operation.reach === 'organization' && !hasScope(caller, reached)) {
    throw new Refusal('not-found', 'There is no such organization.');
  }
  if (!hasRole(caller, operation.role))
    throw new Refusal('forbidden', `The role ${operation.role} is needed.`);
  if (operation.reach === 'installation' && !hasScope(caller, reached)) {
    throw new Refusal('forbidden', 'This needs a key of the whole installation.');
  }
}

async function runOnce(
  { key, sent, request }: { key: string; sent: SentBody; request: AdminRequest },
  { caller, ports }: { caller: AdminCaller; ports: AdminPorts },
  { operation, run }: { operation: Operation; run: () => Promise<Answer> },
): Promise<AdminResponse> {
  const scope = [caller.actor, request.method, request.path];
  const terms = { key, scope, body: sent.text, now: ports.random.now() };
  const stored = (answer: Answer): StoredAnswer => {
    const { status, headers, body } = toResponse(operation, {
      ...answer,
      body: answer.again ?? answer.body ?? {},
    });
    return { status, headers: { ...headers }, ...(body === undefined ? {} : { body: { ...body } }) };
  };
  const outcome = await once(terms, ports.idempotency, { run, stored });
  if (outcome.kind === 'new') return toResponse(operation, outcome.answer);
  const { status, headers, body } = outcome.answer;
  return {
    status,
    headers: { ...headers, 'idempotent-replayed': 'true' },
    ...(body === undefined ? {} : { body }),
  };
}

function toResponse(operation: Operation, answer: Answer): AdminResponse {
  const { body, chunks, fileName, version, location, failures = [] } = answer;
  const headers = {
    ...(version === undefined ? {} : { etag: entityTag(version) }),
    ...(location === undefined ? {} : { location }),
  };
  if (chunks !== undefined) {
    const type = { 'content-type': mediaTypes[operation.streamed ?? 'application/x-ndjson'] };
    const saved =
      fileName === undefined ? {} : { 'content-disposition': `attachment; filename="${fileName}"` };
    return { status: operation.status, headers: { ...headers, ...type, ...saved }, chunks };
  }
  if (operation.status === 204 || body === undefined) return { status: operation.status, headers };
  return {
    ...{ status: operation.status, headers: { ...headers, 'content-type': 'application/json' }, body },
    ...failuresOf(failures),
  };
}

const mediaTypes = {
  'application/x-ndjson': 'application/x-ndjson',
  'text/csv': 'text/csv; charset=utf-8; header=present',
} as const;

function described(request: AdminRequest): AdminResponse {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new Refusal('method-not-allowed', 'GET can be used here.', { headers: { allow: 'GET, HEAD' } });
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: openApiDocument(),
  };
}

/** RFC 9110 §12.5.1; without the header anything will do. */
function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const refused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    return !refused && /^(\*\/\*|application\/(\*|json|problem\+json|x-ndjson)|text\/(\*|csv))$/.test(type);
  });
}
