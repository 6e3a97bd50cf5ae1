import { app, type HttpRequest } from '@azure/functions';
import type { ScimRequest } from '../shared/scim/serve.ts';
import { answering, jsonAnswer } from './answering.ts';
import { readBody } from './request-body.ts';
import { admitted } from './scim-admission.ts';
import { wired } from './wiring.ts';

/** All SCIM routes: the host knows no 405, and picks between overlapping routes by function name (platform rules §1.4). */
app.http('scim', {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  route: 'scim/v2/{directoryId}/{*path}',
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const { status, headers, body } = await admitted(toScimRequest(request), wired());
    return jsonAnswer({ status, headers }, body);
  }),
});

/** From the URL alone, parsed once and escapes kept: what is authorized is what is served (T12). */
export function toScimRequest(request: HttpRequest): ScimRequest {
  const url = new URL(request.url);
  const [, directoryId = '', path = ''] = /^\/scim\/v2\/([^/]+)(.*)$/i.exec(url.pathname) ?? [];
  return {
    method: request.method,
    path,
    query: url.searchParams,
    directoryId: decodedOnce(directoryId),
    header: (name) => request.headers.get(name) ?? undefined,
    body: (bytesMax) => readBody(request, bytesMax),
  };
}

/** What cannot be decoded is no id, and is refused as one. */
function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
