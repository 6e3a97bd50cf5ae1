import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import type { SyncQueue } from '../sync/sync-ports.ts';
import type { TableCredential } from './tables.ts';

/** The queues of the product; each is created with the deployment. The host makes the name of a poison queue itself. */
export const queueNames = ['sync', 'sync-poison'] as const;
export type QueueName = (typeof queueNames)[number];

/** Where the queues are: a connection string (emulator, local use) or a managed identity (deployed). */
export type QueueConnection =
  | { readonly kind: 'connection-string'; readonly value: string }
  | {
      readonly kind: 'identity';
      /** `https://<account>.queue.core.windows.net` */
      readonly queueServiceUri: string;
      readonly credential: TableCredential;
    };

/** Wake-ups for runs as messages of Queue Storage: base64, as host.json says, and hidden until they are due. */
export function storageSyncQueue(connection: QueueConnection): SyncQueue {
  const queue = queueOf(connection, 'sync');
  return {
    async send(message, delaySeconds) {
      const text = Buffer.from(JSON.stringify(message)).toString('base64');
      const visibilityTimeout = Math.min(Math.max(0, Math.ceil(delaySeconds)), delaySecondsMax);
      await queue.sendMessage(text, { visibilityTimeout, messageTimeToLive: forEver });
    },
  };
}

/** Makes the queues that are not there yet: local host and tests only. */
export async function createQueues(connection: QueueConnection): Promise<void> {
  await Promise.all(queueNames.map((name) => queueOf(connection, name).createIfNotExists()));
}

function queueOf(connection: QueueConnection, name: QueueName): QueueClient {
  const service =
    connection.kind === 'connection-string'
      ? QueueServiceClient.fromConnectionString(connection.value)
      : new QueueServiceClient(connection.queueServiceUri, connection.credential);
  return service.getQueueClient(name);
}

/** Seven days, as Queue Storage has it; a run that waits longer is woken early and asks again. */
const delaySecondsMax = 7 * 24 * 60 * 60;
const forEver = -1;
