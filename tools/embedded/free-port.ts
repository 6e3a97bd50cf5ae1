import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Turns 0 into a free port on 127.0.0.1; throws one sentence when the port that was asked for is taken. */
export async function freePort(port: number): Promise<number> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (cause) {
    throw portFault(port, cause);
  } finally {
    server.close();
  }
}

/** The sentence for a port that cannot be listened on. */
export function portFault(port: number, cause: unknown): Error {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  const reason = code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${code})`;
  return new Error(`Port ${port} ${reason}; choose another with --port N, or --port 0 for a free one.`, {
    cause,
  });
}
