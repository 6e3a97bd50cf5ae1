import type { Json } from '../model/json.ts';
import { excerpt, Refusal } from '../model/refusal.ts';
import type { ScimRequest } from './exchange.ts';
import { parseJson } from './parse-json.ts';

/** A body as received and as read. */
export interface RequestBody {
  readonly text: string;
  readonly json: Json;
}

/** Refusal `unsupported-media-type`, `too-large` or `invalid-syntax`; the type may be left out. */
export async function requestBody(request: ScimRequest, bytesMax: number): Promise<RequestBody> {
  const encoding = request.header('content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    throw new Refusal('unsupported-media-type', `Content-Encoding ${excerpt(encoding)} is not taken.`);
  }
  const [type = ''] = (request.header('content-type') ?? '').split(';');
  if (!mediaTypes.has(type.trim().toLowerCase())) {
    throw new Refusal(
      'unsupported-media-type',
      `Content-Type ${excerpt(type)} is not application/scim+json.`,
    );
  }
  const text = await request.body(bytesMax);
  return { text, json: parseJson(text) };
}

const mediaTypes = new Set(['application/scim+json', 'application/json', '']);
