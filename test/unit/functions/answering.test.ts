import { RestError } from '@azure/data-tables';
import { HttpRequest, InvocationContext } from '@azure/functions';
import { expect, test } from '@jest/globals';
import { answering, securityHeaders } from '../../../functions/answering.ts';
import { StorageBusy } from '../../../shared/storage/storage-busy.ts';

async function answered(url: string, thrown: unknown) {
  const lines: string[] = [];
  const context = new InvocationContext({
    invocationId: 'call-1',
    functionName: 'scim',
    logHandler: (_level, ...parts) => void lines.push(parts.join(' ')),
    traceContext: { traceParent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  });
  const request = new HttpRequest({ method: 'GET', url });
  const answer = await answering(async () => {
    throw thrown;
  })(request, context);
  const { status, headers, body } = answer as {
    status: number;
    headers: Record<string, string>;
    body: Buffer;
  };
  return { status, headers, body: JSON.parse(body.toString()) as unknown, lines };
}

const scimUrl = 'http://localhost/scim/v2/dir_1/Users?filter=userName%20eq%20%22ada%40example.com%22';
const outage = 'The storage of the service cannot be reached just now. Try again shortly.';
const fault = 'The service failed on this request. It was logged; try again later.';

test('a bug on a SCIM route is answered with 500 and a SCIM error, and logged as one line (platform §1.3)', async () => {
  const { status, headers, body, lines } = await answered(scimUrl, new TypeError('x is not a function'));
  expect({ status, headers, body }).toEqual({
    status: 500,
    headers: {
      ...securityHeaders,
      'content-type': 'application/scim+json',
      'content-length': expect.any(String),
    },
    body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '500', detail: fault },
  });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      event: 'request-failed',
      function: 'scim',
      invocationId: 'call-1',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      method: 'GET',
      path: '/scim/v2/dir_1/Users',
      error: 'TypeError',
      message: 'x is not a function',
      stack: expect.any(String),
    },
  ]);
});

test('an outage of the storage is 503 with Retry-After, also as the cause of what was thrown', async () => {
  const busy = new StorageBusy(new RestError('busy', { statusCode: 503 }));
  const { status, headers, body } = await answered(scimUrl, new Error('while reading', { cause: busy }));
  expect([status, headers['retry-after'], body]).toEqual([
    503,
    '1',
    { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '503', detail: outage },
  ]);
});

test('other routes answer with a problem (RFC 9457)', async () => {
  const refused = await answered(
    'http://localhost/api/v1/orgs',
    new RestError('no route', { code: 'ECONNREFUSED' }),
  );
  expect([refused.status, refused.headers['content-type'], refused.body]).toEqual([
    503,
    'application/problem+json',
    { type: 'about:blank', title: 'Service Unavailable', status: 503, detail: outage },
  ]);
  const bug = await answered(
    'http://localhost/api/v1/orgs',
    new RestError('bad filter', { statusCode: 400 }),
  );
  expect([bug.status, bug.body]).toEqual([
    500,
    { type: 'about:blank', title: 'Internal Server Error', status: 500, detail: fault },
  ]);
});

test('neither answer nor log holds a secret, wherever the error had it (T14)', async () => {
  const canaries = [
    'rk_scim_AAAAAAAACANARYsecretCANARYsecret',
    'Bearer CANARYtoken',
    'AccountKey=CANARYkey==',
    'https://x/?sig=CANARYsig',
    'eyJhbGciOi.eyJDQU5BUlk.CANARYsignature',
    '"password":"CANARYword"',
  ];
  const error = new Error(canaries.join(' '), { cause: new Error(canaries.join(';')) });
  const { body, lines } = await answered(scimUrl, error);
  expect(JSON.stringify([body, lines])).not.toContain('CANARY');
  expect(lines.join('')).toContain('rk_scim_AAAAAAAA…');
  expect((await answered(scimUrl, 'Bearer CANARYtoken')).lines.join('')).not.toContain('CANARY');
});

test('an answer of the handler keeps its own headers and gets those of every answer', async () => {
  const handler = answering(async () => ({
    status: 200,
    headers: { 'cache-control': 'max-age=60', etag: 'W/"1"' },
  }));
  const answer = await handler(new HttpRequest({ method: 'GET', url: scimUrl }), new InvocationContext());
  expect(answer).toEqual({
    status: 200,
    headers: { ...securityHeaders, 'cache-control': 'max-age=60', etag: 'W/"1"' },
  });
});
