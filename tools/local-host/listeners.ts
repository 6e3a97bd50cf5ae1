import type { QueueClient } from '@azure/storage-queue';
import type { RegisteredFunction } from './core-module.ts';
import type { QueueOptions } from './host-json.ts';
import { type Listener, type ListenerParts, settingResolver } from './listener.ts';
import { queueListener } from './queue-listener.ts';
import type { QueueOutputs } from './queue-outputs.ts';
import { timerListener } from './timer-listener.ts';
import { timerStatusIn, timerStatusInMemory } from './timer-status.ts';

export interface ListenerHost extends Omit<ListenerParts, 'resolve'> {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly queues: QueueOptions;
  readonly statusDirectory?: string;
}

/** The listeners of every trigger that is not HTTP; a trigger this host does not know is refused. */
export async function listenersOf(
  functions: Iterable<RegisteredFunction>,
  host: ListenerHost,
): Promise<readonly Listener[]> {
  const all = [...functions];
  const parts = { invoke: host.invoke, log: host.log, resolve: settingResolver(host.environment) };
  const statuses =
    host.statusDirectory === undefined ? timerStatusInMemory() : timerStatusIn(host.statusDirectory);
  const needsQueues = all.some((called) => typesOf(called).some((type) => type.startsWith('queue')));
  const outputs = needsQueues ? await queueClients(host) : undefined;
  return all.flatMap((called): Listener[] => {
    const [triggerName, trigger] =
      Object.entries(called.bindings).find(([, binding]) => /trigger$/i.test(binding.type)) ?? [];
    if (triggerName === undefined || trigger === undefined)
      throw new Error(`function "${called.name}" has no trigger`);
    switch (trigger.type.toLowerCase()) {
      case 'httptrigger':
        return [];
      case 'timertrigger':
        return [timerListener(called, triggerName, { ...parts, statuses, now: Date.now })];
      case 'queuetrigger': {
        if (outputs === undefined) return [];
        const queueName = parts.resolve(String(trigger['queueName']));
        const connection = trigger['connection'] as string | undefined;
        return [
          queueListener(called, triggerName, {
            ...parts,
            options: host.queues,
            outputs,
            queue: outputs.queue(queueName, connection),
            poison: outputs.queue(`${queueName}-poison`, connection),
          }),
        ];
      }
      default:
        throw new Error(`function "${called.name}": this host has no ${trigger.type}`);
    }
  });
}

const typesOf = (called: RegisteredFunction) =>
  Object.values(called.bindings).map((binding) => binding.type.toLowerCase());

/** The queue library is loaded only for an app that uses queues. */
async function queueClients(host: ListenerHost): Promise<QueueOutputs> {
  const { QueueServiceClient } = await import('@azure/storage-queue');
  return {
    queue: (queueName, connection = 'AzureWebJobsStorage'): QueueClient => {
      const text = host.environment[connection] ?? host.environment[`AzureWebJobs${connection}`];
      if (text === undefined) throw new Error(`connection "${connection}": there is no such setting`);
      return QueueServiceClient.fromConnectionString(text).getQueueClient(queueName);
    },
    encode: (text) =>
      host.queues.messageEncoding === 'base64' ? Buffer.from(text).toString('base64') : text,
  };
}
