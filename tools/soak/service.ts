import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LocalGraph } from '../embedded/local-graph.ts';
import type { Service } from '../main-job/admin-calls.ts';
import type { MemoryUse } from './memory.ts';

/** The service in a process of its own. */
export interface SeparateService extends Service {
  /** What it holds now, after a collection. */
  readonly memory: () => Promise<MemoryUse>;
  readonly stop: () => Promise<void>;
}

export interface ServiceOrder {
  readonly connectionString: string;
  readonly graph: LocalGraph;
}

export type ServiceReply =
  | { readonly kind: 'ready'; readonly service: Service }
  | { readonly kind: 'memory'; readonly memory: MemoryUse };

/** Rejects when the service ends instead of answering. */
export async function startService(order: ServiceOrder): Promise<SeparateService> {
  const child = fork(processMain, [JSON.stringify(order)]);
  const ready = await replyOf(child, 'ready');
  return {
    ...ready.service,
    async memory() {
      child.send('measure');
      return (await replyOf(child, 'memory')).memory;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

const processMain = fileURLToPath(new URL('./service-process.ts', import.meta.url));

function replyOf<K extends ServiceReply['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<ServiceReply, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      child.off('message', heard);
      child.off('exit', ended);
    };
    const heard = (reply: ServiceReply) => {
      if (!isKind(reply, kind)) return;
      settle();
      resolve(reply);
    };
    const ended = (code: number | null, signal: string | null) => {
      settle();
      reject(new Error(`the service ended by itself with ${signal ?? code}`));
    };
    child.on('message', heard).on('exit', ended);
  });
}

const isKind = <K extends ServiceReply['kind']>(
  reply: ServiceReply,
  kind: K,
): reply is Extract<ServiceReply, { kind: K }> => reply.kind === kind;
