import type { HttpRequest } from '@azure/functions';
import { expect, test } from '@jest/globals';
import { readBody } from '../../../functions/request-body.ts';
import type { Refusal } from '../../../shared/model/refusal.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function posted(chunks: readonly Uint8Array[], headers: Record<string, string> = {}) {
  let taken = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const chunk = chunks[taken];
        taken += 1;
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  return { request: { body, headers: new Headers(headers) } as unknown as HttpRequest, taken: () => taken };
}

const refusal = async (reading: Promise<unknown>) =>
  await reading.then(
    () => 'read',
    (error: Refusal) => error.code,
  );

test('a body in pieces is put together, letters cut in two included, without a byte order mark', async () => {
  const whole = bytes('\uFEFF{"a":"é"}');
  const pieces = Array.from(whole, (byte) => Uint8Array.of(byte));
  expect(await readBody(posted(pieces).request, 100)).toBe('{"a":"é"}');
});

test('exactly as much as may be is read, one byte more is refused (T23)', async () => {
  expect(await readBody(posted([bytes('12345'), bytes('67890')]).request, 10)).toBe('1234567890');
  expect(await refusal(readBody(posted([bytes('12345'), bytes('678901')]).request, 10))).toBe('too-large');
});

test('an announced length that is too large is refused before anything is kept (T23)', async () => {
  const sent = posted([bytes('1')], { 'content-length': '11' });
  expect(await refusal(readBody(sent.request, 10))).toBe('too-large');
});

test('no body is an empty one; a compressed body and one that is not UTF-8 are refused (T23)', async () => {
  expect(await readBody({ body: null, headers: new Headers() } as unknown as HttpRequest, 10)).toBe('');
  expect(await refusal(readBody(posted([], { 'content-encoding': 'gzip' }).request, 10))).toBe(
    'unsupported-media-type',
  );
  expect(await readBody(posted([bytes('a')], { 'content-encoding': 'identity' }).request, 10)).toBe('a');
  expect(await refusal(readBody(posted([Uint8Array.of(0xff)]).request, 10))).toBe('invalid-syntax');
});

test('a sender that goes away in the middle is refused, not reported as a bug', async () => {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.error(new Error('aborted')),
  });
  const request = { body, headers: new Headers() } as unknown as HttpRequest;
  expect(await refusal(readBody(request, 10))).toBe('invalid-syntax');
});
