import { app, type HttpRequest } from '@azure/functions';
import { Refusal } from '../shared/model/refusal.ts';
import { renderError } from '../shared/scim/errors.ts';
import { type ScimRequest, type ScimResponse, serveScim } from '../shared/scim/serve.ts';
import { answering, jsonAnswer } from './answering.ts';
import { readBody } from './request-body.ts';
import { type Wiring, wired } from './wiring.ts';

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

/** Under overload 429 with Retry-After, before the body is read and before anything is looked up (XE-23). */
export async function admitted(
  request: ScimRequest,
  { scim, scimDoor }: Pick<Wiring, 'scim' | 'scimDoor'>,
): Promise<ScimResponse> {
  const visitor = {
    directory: request.directoryId.toLowerCase(),
    authorization: request.header('authorization'),
  };
  try {
    return await scimDoor.pass(visitor, () => serveScim(request, scim));
  } catch (refused) {
    // `serveScim` answers refusals itself: this one is the door's.
    if (!(refused instanceof Refusal)) throw refused;
    const { status, headers, body } = renderError(refused);
    return request.method === 'HEAD' ? { status, headers } : { status, headers, ...(body && { body }) };
  }
}

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
