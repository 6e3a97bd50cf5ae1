import { app, type HttpRequest, type InvocationContext } from '@azure/functions';
import type { Door } from '../shared/access/door.ts';
import type { AdminPorts, AdminRequest, AdminResponse } from '../shared/admin/ports.ts';
import { renderProblem } from '../shared/admin/problems.ts';
import { serveAdmin } from '../shared/admin/serve-admin.ts';
import { Refusal } from '../shared/model/refusal.ts';
import { answering, jsonAnswer, pathOf } from './answering.ts';
import { noteUnread } from './note-unread.ts';
import { readBody } from './request-body.ts';
import { type Wiring, wired } from './wiring.ts';

/** The admin API. Callers present a bearer token, checked in shared/access; headers of the platform's own sign-in mean nothing (T17). */
app.http('admin', {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  route: 'api/{*path}',
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const wiring = wired();
    const { status, headers, body, chunks, failures } = await admitted(
      toAdminRequest(request, context),
      adminPorts(wiring),
      wiring.adminDoor,
    );
    noteUnread(context, failures);
    if (chunks === undefined) return jsonAnswer({ status, headers }, body);
    if (request.method === 'HEAD') return { status, headers: { ...headers } };
    return { status, headers: { ...headers }, body: ReadableStream.from(encoded(chunks)) };
  }),
});

async function* encoded(chunks: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const chunk of chunks) yield encoder.encode(chunk);
}

/** Under overload, and for who keeps calling with tokens that open nothing, 429 with Retry-After before anything is looked up. */
export async function admitted(
  request: AdminRequest,
  ports: AdminPorts,
  adminDoor: Door,
): Promise<AdminResponse> {
  // The description is for everybody: whoever reads it has not shown who they are.
  const authorization = request.path === descriptionPath ? undefined : request.header('authorization');
  try {
    return await adminDoor.pass({ authorization }, () => serveAdmin(request, ports));
  } catch (refused) {
    if (!(refused instanceof Refusal)) throw refused;
    return renderProblem(refused, request);
  }
}

const descriptionPath = '/api/openapi.json';

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
