import type { GroupEntry, RemovalReason, UserEntry } from './graph-port.ts';
import type { Life } from './nested-store.ts';
import type { SyncState } from './run-records.ts';

export const lifeAfter = (reason: RemovalReason): Life => (reason === 'changed' ? 'soft-deleted' : 'gone');

interface Known {
  readonly known: { readonly isNew: boolean } | undefined;
  readonly state: SyncState;
}

/** Made after the last run had read everything: whatever happened to it since is in this round. What no entry dates is not. */
export function isNew(entry: UserEntry | GroupEntry, { known, state: { lastCompletedAt } }: Known): boolean {
  const created = entry.kind === 'present' ? entry.fields['createdDateTime'] : undefined;
  if (typeof created !== 'string') return known?.isNew ?? false;
  return lastCompletedAt !== undefined && Date.parse(created) > Date.parse(lastCompletedAt);
}
