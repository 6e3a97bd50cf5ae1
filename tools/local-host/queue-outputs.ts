import type { QueueClient } from '@azure/storage-queue';
import type { InvocationResponse, RegisteredFunction, RpcData } from './core-module.ts';

/** Where messages of queue output bindings go. */
export interface QueueOutputs {
  readonly queue: (queueName: string, connection: string | undefined) => QueueClient;
  readonly encode: (text: string) => string;
}

/** Sends what a function returned for its `queue` output bindings; an array is one message per element. */
export async function sendOutputs(
  called: RegisteredFunction,
  response: InvocationResponse,
  outputs: QueueOutputs,
): Promise<void> {
  const returned = called.bindings['$return'] && response.returnValue;
  const named = response.outputData ?? [];
  for (const { name, data } of [...named, ...(returned ? [{ name: '$return', data: returned }] : [])]) {
    const binding = called.bindings[name];
    if (binding?.type.toLowerCase() !== 'queue') continue;
    const connection = binding['connection'];
    const queue = outputs.queue(
      String(binding['queueName']),
      typeof connection === 'string' ? connection : undefined,
    );
    await queue.createIfNotExists();
    for (const text of messagesOf(data)) await queue.sendMessage(outputs.encode(text));
  }
}

function messagesOf(data: RpcData): string[] {
  if (data.string !== undefined) return [data.string];
  if (data.json !== undefined) {
    const value: unknown = JSON.parse(data.json);
    return Array.isArray(value)
      ? value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)))
      : [data.json];
  }
  if (data.bytes !== undefined) return [Buffer.from(data.bytes).toString('utf8')];
  return [String(data.int ?? data.double ?? '')];
}
