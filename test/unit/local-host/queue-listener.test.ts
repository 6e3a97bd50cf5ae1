import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterEach, expect, test } from '@jest/globals';
import type { InvocationResponse } from '../../../tools/local-host/core-module.ts';
import type { Listener } from '../../../tools/local-host/listener.ts';
import { queueListener } from '../../../tools/local-host/queue-listener.ts';

const service = QueueServiceClient.fromConnectionString(process.env['TEST_STORAGE_CONNECTION_STRING'] ?? '');
const base64 = (text: string) => Buffer.from(text).toString('base64');
const running: Listener[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((listener) => listener.stop()));
});

async function queueFunction(handle: (text: string, dequeueCount: number) => Promise<InvocationResponse>) {
  const name = `q-${randomUUID()}`;
  const [queue, poison, out] = [name, `${name}-poison`, `${name}-out`].map((it) =>
    service.getQueueClient(it),
  );
  if (!queue || !poison || !out) throw new Error('no queue');
  const listener = queueListener(
    {
      name: 'work',
      callback: () => undefined,
      bindings: {
        message: { type: 'queueTrigger', direction: 'in', queueName: name },
        $return: { type: 'queue', direction: 'out', queueName: `${name}-out` },
      },
    },
    'message',
    {
      queue,
      poison,
      log: () => undefined,
      resolve: (text) => text,
      invoke: (_, { data, metadata }) => handle(data.string ?? '', metadata?.['DequeueCount']?.int ?? 0),
      outputs: { queue: (queueName) => service.getQueueClient(queueName), encode: base64 },
      options: {
        batchSize: 4,
        maxDequeueCount: 3,
        maxPollingInterval: 200,
        visibilityTimeout: 0,
        messageEncoding: 'base64',
      },
    },
  );
  await queue.create();
  running.push(listener);
  return { queue, poison, out, listener };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await holds()) return;
    await sleep(50);
  }
  throw new Error('it never came true');
}

const lengthOf = async (queue: { getProperties(): Promise<{ approximateMessagesCount?: number }> }) =>
  (await queue.getProperties()).approximateMessagesCount ?? 0;

test('§1.7 each message is handled once and deleted; what the function returns goes to the output queue', async () => {
  const seen: string[] = [];
  const { queue, out, listener } = await queueFunction(async (text) => {
    seen.push(text);
    return { returnValue: { json: JSON.stringify([`${text}!`, { of: text }]) } };
  });
  for (const text of ['a', 'b', 'ü']) await queue.sendMessage(base64(text));
  await listener.start();
  await until(async () => (await lengthOf(queue)) === 0 && seen.length === 3);
  const sent = await out.receiveMessages({ numberOfMessages: 32 });
  const texts = sent.receivedMessageItems.map(({ messageText }) =>
    Buffer.from(messageText, 'base64').toString(),
  );
  expect([seen.sort(), texts.sort()]).toEqual([
    ['a', 'b', 'ü'],
    ['a!', 'b!', '{"of":"a"}', '{"of":"b"}', '{"of":"ü"}', 'ü!'],
  ]);
});

test('§1.7 a message that fails is tried again and goes to the poison queue at maxDequeueCount', async () => {
  const counts: number[] = [];
  const { queue, poison, listener } = await queueFunction(async (_, dequeueCount) => {
    counts.push(dequeueCount);
    throw new Error('no');
  });
  await queue.sendMessage(base64('bad'));
  await listener.start();
  await until(async () => counts.length === 3 && (await poison.exists()) && (await lengthOf(poison)) === 1);
  const [kept] = (await poison.receiveMessages()).receivedMessageItems;
  expect([counts, await lengthOf(queue), kept?.messageText]).toEqual([[1, 2, 3], 0, base64('bad')]);
});

test('§1.7 a message dequeued too often without a verdict goes to poison before it runs', async () => {
  let calls = 0;
  const { queue, poison, listener } = await queueFunction(async () => {
    calls += 1;
    return {};
  });
  await queue.sendMessage(base64('crash'));
  for (let taken = 0; taken < 3; taken += 1)
    await queue.receiveMessages({ visibilityTimeout: 1 }).then(() => sleep(1_100));
  await listener.start();
  await until(async () => (await poison.exists()) && (await lengthOf(poison)) === 1);
  expect([calls, await lengthOf(queue)]).toEqual([0, 0]);
});

test('§1.7 a message that runs is hidden from others, and stop waits for it', async () => {
  let finished = false;
  const { queue, listener } = await queueFunction(async () => {
    await sleep(500);
    finished = true;
    return {};
  });
  await queue.sendMessage(base64('slow'));
  await listener.start();
  await until(async () => (await queue.peekMessages()).peekedMessageItems.length === 0);
  await listener.stop();
  expect([finished, await lengthOf(queue)]).toEqual([true, 0]);
});
