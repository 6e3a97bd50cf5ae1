import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InvocationResponse, RpcData, RpcHttp } from './core-module.ts';

/**
 * An HTTP call without `enableHttpStream`: the body travels with the invocation, and only when its length was announced,
 * so that a chunked body arrives empty (platform rules §1.3).
 */
export async function bufferedInput(
  request: IncomingMessage,
  head: {
    readonly url: string;
    readonly parameters: Readonly<Record<string, string>>;
    readonly headers: Record<string, string>;
  },
): Promise<RpcData> {
  const announced = Number(request.headers['content-length'] ?? 0) > 0;
  const http = {
    method: request.method ?? 'GET',
    url: head.url,
    nullableHeaders: nullable(head.headers),
    nullableParams: nullable(head.parameters),
    ...(announced ? { body: { bytes: await readAll(request) } } : {}),
  };
  return { http } as RpcData;
}

const nullable = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A function that returned nothing gives an empty 204. */
export function sendBuffered(response: ServerResponse, { returnValue }: InvocationResponse): void {
  const http: RpcHttp = returnValue?.http ?? { statusCode: '204' };
  const body = http.body?.bytes ?? Buffer.from(http.body?.string ?? '');
  const status = Number(http.statusCode ?? 200);
  const length = status === 204 || status === 304 ? {} : { 'content-length': String(body.length) };
  response.writeHead(status, { ...http.headers, ...length }).end(body);
}
