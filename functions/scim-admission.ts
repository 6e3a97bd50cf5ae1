import { Refusal } from '../shared/model/refusal.ts';
import { renderError } from '../shared/scim/errors.ts';
import { type ScimRequest, type ScimResponse, serveScim } from '../shared/scim/serve.ts';
import type { Wiring } from './wiring.ts';

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
