import { ManagedIdentityCredential } from '@azure/identity';
import type { QueueConnection } from '../../shared/storage/sync-queue.ts';
import type { TableConnection } from '../../shared/storage/tables.ts';
import type { Settings } from '../settings.ts';

export function queueConnectionOf(settings: Settings): QueueConnection {
  const { DirectoryStorage: value, DirectoryStorage__queueServiceUri: queueServiceUri = '' } = settings;
  return value === undefined
    ? { kind: 'identity', queueServiceUri, credential: identityOf(settings) }
    : { kind: 'connection-string', value };
}

function identityOf({ DirectoryStorage__clientId: clientId }: Settings): ManagedIdentityCredential {
  return clientId === undefined
    ? new ManagedIdentityCredential()
    : new ManagedIdentityCredential({ clientId });
}

export function connectionOf(settings: Settings): TableConnection {
  const { DirectoryStorage: value, DirectoryStorage__tableServiceUri: uri = '' } = settings;
  if (value !== undefined) return { kind: 'connection-string', value };
  return { kind: 'identity', tableServiceUri: uri, credential: identityOf(settings) };
}
