import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import type { BenchRequest } from '../operations.ts';
import type { World } from '../seed.ts';

/** A server in a process of its own, so that its processor time and memory are its own. */
export interface Peer {
  readonly world: World;
  send(request: BenchRequest): Promise<{ readonly status: number; readonly text: string }>;
  /** Processor time so far in milliseconds, and resident memory in bytes. */
  usage(): Promise<{ readonly cpu: number; readonly bytes: number }>;
  stop(): Promise<void>;
}

/** Starts `script` with `options` as JSON and waits until it has filled its store. */
export async function startPeer(script: string, options: object): Promise<Peer> {
  const child = fork(join(import.meta.dirname, script), [JSON.stringify(options)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { origin, basePath, key, world } = await message<PeerReady>(child);
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  return {
    world,
    send: (asked) => exchange({ base: `${origin}${basePath}`, key: key ?? 'bench', agent }, asked),
    usage: async () => {
      child.send('usage');
      return await message<{ cpu: number; bytes: number }>(child);
    },
    stop: async () => {
      agent.destroy();
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

async function message<T>(child: ChildProcess): Promise<T> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the server ended with ${code}`);
  });
  ended.catch(() => {});
  try {
    const [received] = await Promise.race([once(child, 'message', { signal }), ended]);
    return received as T;
  } finally {
    waiting.abort();
  }
}

interface PeerReady {
  readonly origin: string;
  readonly basePath: string;
  /** Bearer secret; absent when any will do. */
  readonly key?: string;
  readonly world: World;
}

function exchange(
  { base, key, agent }: { readonly base: string; readonly key: string; readonly agent: Agent },
  { method, path, query, body }: BenchRequest,
) {
  const url = `${base}${path}${query === undefined ? '' : `?${new URLSearchParams(query)}`}`;
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${key}`,
    ...(payload === undefined
      ? {}
      : { 'content-type': 'application/scim+json', 'content-length': Buffer.byteLength(payload) }),
  };
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = request(url, { method, agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    sent.on('error', reject);
    sent.end(payload);
  });
}
