import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QueueServiceClient } from '@azure/storage-queue';
import { expect, test } from '@jest/globals';
import { DirectoryId, RunId } from '../../shared/model/ids.ts';
import { createQueues, queueNames, storageSyncQueue } from '../../shared/storage/sync-queue.ts';
import { SyncMessage } from '../../shared/sync/sync-ports.ts';

const value = process.env['TEST_STORAGE_CONNECTION_STRING'] ?? '';
const connection = { kind: 'connection-string', value } as const;

test('a wake-up arrives as base64 JSON, and a delayed one is hidden until it is due', async () => {
  await createQueues(connection);
  const queue = QueueServiceClient.fromConnectionString(value).getQueueClient('sync');
  await queue.clearMessages();
  const message = {
    directory: DirectoryId.parse(`dir_${'0'.repeat(32)}`),
    run: RunId.parse(`run_${'0'.repeat(32)}`),
    step: 3,
  };
  const sender = storageSyncQueue(connection);
  await sender.send(message, 0);
  await sender.send({ ...message, step: 4 }, 1e9);
  const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 10 });
  const texts = receivedMessageItems.map(({ messageText }) =>
    Buffer.from(messageText, 'base64').toString('utf8'),
  );
  expect(texts.map((text) => SyncMessage.parse(JSON.parse(text)))).toEqual([message]);
  await queue.clearMessages();
});

test('a deployment creates the queues that are sent to', () => {
  const bicep = readFileSync(join(import.meta.dirname, '../../infra/modules/data-storage.bicep'), 'utf8');
  const created = /var queueNames = \[(.*)\]/.exec(bicep)?.[1]?.match(/[\w-]+/g);
  expect(created).toEqual([...queueNames]);
});
