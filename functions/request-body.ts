import type { HttpRequest } from '@azure/functions';
import { Refusal } from '../shared/model/refusal.ts';

/**
 * The body as text, at most `bytesMax` bytes, counted while they arrive. Refusals: `too-large`, `unsupported-media-type` for a
 * compressed body (T23), `invalid-syntax` for one that is not UTF-8 or ends too early.
 */
export async function readBody(request: HttpRequest, bytesMax: number): Promise<string> {
  const encoding = request.headers.get('content-encoding');
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    throw new Refusal('unsupported-media-type', 'Content-Encoding is not supported: send the body as it is.');
  }
  if (request.body === null) return '';
  const reader = request.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  // An announced length that is too large needs no reading; it is drained so that the sender gets to see the answer.
  const announced = Number(request.headers.get('content-length') ?? 0);
  const chunks: Uint8Array[] = [];
  for (let bytes = announced > bytesMax ? announced : 0; ; ) {
    if (bytes > bytesMax) throw await tooLarge(reader, bytesMax);
    const { done, value } = await reader.read().catch(endedEarly);
    if (done) return decoded(Buffer.concat(chunks));
    bytes += value.byteLength;
    chunks.push(value);
  }
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Refusal('invalid-syntax', 'The body is not UTF-8.', { cause });
  }
}

function endedEarly(cause: unknown): never {
  throw new Refusal('invalid-syntax', 'The body ended before its announced length.', { cause });
}

/** The rest is read and thrown away beside the answer; to cancel it would cut the connection before the answer is out. */
async function tooLarge(reader: ReadableStreamDefaultReader<Uint8Array>, bytesMax: number): Promise<Refusal> {
  void drain(reader);
  return new Refusal('too-large', `The body is larger than ${bytesMax} bytes.`);
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    while (!(await reader.read()).done);
  } catch {
    // The sender has gone, which ends the draining too.
  }
}
