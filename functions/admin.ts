import { app, type HttpRequest, type InvocationContext } from '@azure/functions';
import type { AdminPorts, AdminRequest } from '../shared/admin/ports.ts';
import { serveAdmin } from '../shared/admin/serve-admin.ts';
import { answering, jsonAnswer, pathOf } from './answering.ts';
import { readBody } from './request-body.ts';
import { type Wiring, wired } from './wiring.ts';

/** The admin API. Callers present a bearer token, checked in shared/access; headers of the platform's own sign-in mean nothing (T17). */
app.http('admin', {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  route: 'api/{*path}',
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const { status, headers, body, text } = await serveAdmin(
      toAdminRequest(request, context),
      adminPorts(wired()),
    );
    return text === undefined
      ? jsonAnswer({ status, headers }, body)
      : { status, headers: { ...headers }, body: text };
  }),
});

export function toAdminRequest(request: HttpRequest, context: InvocationContext): AdminRequest {
  return {
    method: request.method,
    path: pathOf(request),
    query: new URL(request.url).searchParams,
    header: (name) => request.headers.get(name) ?? undefined,
    body: (bytesMax) => readBody(request, bytesMax),
    traceId: context.traceContext?.traceParent?.split('-')[1] ?? context.invocationId,
  };
}

export const adminPorts = (wiring: Wiring): AdminPorts => ({
  registry: wiring.registry,
  requestLog: wiring.requestLog,
  idempotency: wiring.idempotency,
  access: wiring.adminAccess,
  nested: wiring.nested,
  counts: (directory) => wiring.directories.counts(directory),
  random: wiring,
  publicOrigin: wiring.publicOrigin,
});
