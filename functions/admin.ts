import { app, type HttpRequest, type InvocationContext } from '@azure/functions';
import type { AdminRequest } from '../shared/admin/ports.ts';
import { serveAdmin } from '../shared/admin/serve-admin.ts';
import { answering, jsonAnswer, pathOf } from './answering.ts';
import { readBody } from './request-body.ts';
import { wired } from './wiring.ts';

/** The admin API. Callers present a bearer token, checked in shared/access; headers of the platform's own sign-in mean nothing (T17). */
app.http('admin', {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  route: 'api/{*path}',
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const { status, headers, body } = await serveAdmin(toAdminRequest(request, context), wired().admin);
    return jsonAnswer({ status, headers }, body);
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
