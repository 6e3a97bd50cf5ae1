import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueClient, ReceivedMessageItem } from '@azure/storage-queue';
import type { RegisteredFunction } from './core-module.ts';
import type { QueueOptions } from './host-json.ts';
import type { Listener, ListenerParts } from './listener.ts';
import { leasedMessage, messageMetadata } from './queue-message.ts';
import { type QueueOutputs, sendOutputs } from './queue-outputs.ts';

export interface QueueParts extends ListenerParts {
  readonly options: QueueOptions;
  readonly queue: QueueClient;
  readonly poison: QueueClient;
  readonly outputs: QueueOutputs;
}

/** How long a message that runs is hidden; renewed at half time (platform rules §1.7). */
const leaseSeconds = 600;
const idleMillisecondsMin = 100;

/**
 * One queue trigger (platform rules §1.7): batches, a lease that is renewed, retry after `visibilityTimeout`, and the poison queue
 * at `maxDequeueCount`. A message that was dequeued more often than that without a verdict goes there before it runs.
 */
export function queueListener(called: RegisteredFunction, triggerName: string, parts: QueueParts): Listener {
  const { options, queue, log } = parts;
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  const threshold = options.newBatchThreshold ?? Math.floor(options.batchSize / 2);
  let polling: Promise<void> = Promise.resolve();

  const take = async (): Promise<number> => {
    const received = await queue.receiveMessages({
      numberOfMessages: options.batchSize,
      visibilityTimeout: leaseSeconds,
    });
    for (const message of received.receivedMessageItems) {
      const handled = handle(message, { called, triggerName, parts })
        .catch((error: unknown) => log('error', 'Host.Queues', `${called.name}: ${String(error)}`))
        .finally(() => running.delete(handled));
      running.add(handled);
    }
    return received.receivedMessageItems.length;
  };
  const poll = async () => {
    let idle = idleMillisecondsMin;
    while (!stopping.signal.aborted) {
      if (running.size > threshold) await Promise.race(running);
      else if ((await take().catch((error: unknown) => report(error))) > 0) idle = idleMillisecondsMin;
      else {
        await sleep(idle, undefined, { signal: stopping.signal }).catch(() => undefined);
        idle = Math.min(idle * 2, options.maxPollingInterval);
      }
    }
  };
  const report = (error: unknown) => {
    if (!stopping.signal.aborted) log('warning', 'Host.Queues', `${queue.name}: ${String(error)}`);
    return 0;
  };
  return {
    start: async () => {
      await queue.createIfNotExists();
      polling = poll();
    },
    stop: async () => {
      stopping.abort();
      await polling;
      await Promise.all(running);
    },
  };
}

interface Call {
  readonly called: RegisteredFunction;
  readonly triggerName: string;
  readonly parts: QueueParts;
}

async function handle(message: ReceivedMessageItem, call: Call): Promise<void> {
  const { parts, called } = call;
  const leased = leasedMessage(parts.queue, message, leaseSeconds);
  try {
    if (message.dequeueCount > parts.options.maxDequeueCount)
      return await toPoison(message, parts, leased.popReceipt());
    const failed = await run(message, call);
    if (failed === undefined)
      return void (await parts.queue.deleteMessage(message.messageId, leased.popReceipt()));
    parts.log(
      'error',
      'Host.Queues',
      `${called.name} failed on message ${message.messageId}: ${String(failed.error)}`,
    );
    if (message.dequeueCount >= parts.options.maxDequeueCount)
      await toPoison(message, parts, leased.popReceipt());
    else await leased.release(parts.options.visibilityTimeout / 1000);
  } finally {
    leased.stopRenewing();
  }
}

async function run(message: ReceivedMessageItem, { called, triggerName, parts }: Call) {
  try {
    const text =
      parts.options.messageEncoding === 'base64'
        ? Buffer.from(message.messageText, 'base64').toString('utf8')
        : message.messageText;
    const response = await parts.invoke(called, {
      invocationId: crypto.randomUUID(),
      name: triggerName,
      data: { string: text },
      metadata: messageMetadata(message),
    });
    await sendOutputs(called, response, parts.outputs);
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** A poison queue has no poison queue of its own. */
async function toPoison(message: ReceivedMessageItem, parts: QueueParts, popReceipt: string): Promise<void> {
  if (!parts.queue.name.endsWith('-poison')) {
    parts.log('warning', 'Host.Queues', `message ${message.messageId} goes to ${parts.poison.name}`);
    await parts.poison.createIfNotExists();
    await parts.poison.sendMessage(message.messageText, { messageTimeToLive: -1 });
  }
  await parts.queue.deleteMessage(message.messageId, popReceipt);
}
