// Rookery's protocol core over its in-memory store behind a plain HTTP server, for the bench: the same terms as the peers.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveScim } from '../../shared/scim/serve.ts';
import { memoryDirectoryStore } from '../../shared/storage/memory-directory-store.ts';
import { seedStore, type WorldSize } from '../seed.ts';
import { benchService, random } from '../service.ts';

const { size }: { size: WorldSize } = JSON.parse(process.argv[2] ?? '{}');
const store = memoryDirectoryStore(random);
const { directoryId, ports } = benchService(store);
const world = await seedStore(store, directoryId, { size, random });
const basePath = `/scim/v2/${directoryId}`;

const server = createServer((request, reply) => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const answer = serveScim(
    {
      method: request.method ?? 'GET',
      path: url.pathname.slice(basePath.length),
      query: url.searchParams,
      directoryId,
      header: (name) => request.headers[name]?.toString(),
      body: () => textOf(request),
    },
    ports,
  );
  answer.then(
    ({ status, headers, body }) =>
      reply.writeHead(status, headers).end(body === undefined ? undefined : JSON.stringify(body)),
    (cause: unknown) => reply.writeHead(500).end(String(cause)),
  );
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ origin: `http://127.0.0.1:${port}`, basePath, world });
});
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: (user + system) / 1000, bytes: process.memoryUsage().rss });
});
process.on('disconnect', () => process.exit(0));

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
