import { setTimeout as pause } from 'node:timers/promises';
import type { Place } from '../shared/access/door.ts';
import { limits } from '../shared/model/limits.ts';
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
    return await scimDoor.pass(visitor, (place) => serveScim(patient(request, place), scim));
  } catch (refused) {
    // `serveScim` answers refusals itself: this one is the door's.
    if (!(refused instanceof Refusal)) throw refused;
    const { status, headers, body } = renderError(refused);
    return request.method === 'HEAD' ? { status, headers } : { status, headers, ...(body && { body }) };
  }
}

/** A body that does not come holds nobody up: whoever sends it slowly waits without a place (T29). */
const patient = (request: ScimRequest, place: Place): ScimRequest => ({
  ...request,
  async body(bytesMax) {
    const reading = request.body(bytesMax);
    const isSlow = await Promise.race([
      reading.then(() => false),
      pause(limits.bodyPatienceMilliseconds, true, { ref: false }),
    ]);
    return isSlow ? await place.aside(reading) : await reading;
  },
});
