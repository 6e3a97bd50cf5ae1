import type { NestedConnection } from '../shared/admin/nested-record.ts';
import type { Registry } from '../shared/admin/registry.ts';
import type { SyncMessage } from '../shared/sync/sync-ports.ts';

/** Which tenant the directory of a message reads; undefined when it is deleted or was never nested. */
export async function connectionOfMessage(
  message: SyncMessage,
  registry: Pick<Registry, 'directoryAccess' | 'directory'>,
): Promise<NestedConnection | undefined> {
  const access = await registry.directoryAccess(message.directory);
  if (access === undefined) return undefined;
  const record = await registry.directory(access.organizationId, message.directory);
  return record?.kind === 'nested' ? record.connection : undefined;
}
