import type { GroupEntry, RemovalReason, UserEntry } from './graph-port.ts';
import type { Life } from './nested-store.ts';
import type { SyncState } from './sync-state.ts';

export const lifeAfter = (reason: RemovalReason): Life => (reason === 'changed' ? 'soft-deleted' : 'gone');

/** What an entry finds of its object. */
export interface Known<Folded, Row> {
  /** After earlier entries of the round. */
  readonly before: Folded | undefined;
  readonly row: Row | undefined;
  /** The entry is of a complete enumeration, which shows what is there now. */
  readonly enumerated?: boolean;
}

/**
 * Object ids are never used again, so that what a delta says of a gone object is an old message (graph.md §1.2). An enumeration says
 * nothing old: what it shows was never gone.
 */
export const isRevived = ({ kind }: UserEntry | GroupEntry, enumerated: boolean): boolean =>
  enumerated && kind === 'present';

interface Dated {
  readonly known: { readonly isNew: boolean } | undefined;
  readonly state: SyncState;
}

/** Made after the last run had read everything: whatever happened to it since is in this round. What no entry dates is not. */
export function isNew(entry: UserEntry | GroupEntry, { known, state: { lastCompletedAt } }: Dated): boolean {
  const created = entry.kind === 'present' ? entry.fields['createdDateTime'] : undefined;
  if (typeof created !== 'string') return known?.isNew ?? false;
  return lastCompletedAt !== undefined && Date.parse(created) > Date.parse(lastCompletedAt);
}
