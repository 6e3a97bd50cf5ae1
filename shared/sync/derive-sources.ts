import type { Memberships } from '../nesting/memberships.ts';
import type { FoldedRound } from './fold-round.ts';
import type { NestedDirectoryStore } from './nested-store.ts';
import type { NetEdges } from './net-edges.ts';
import type { Checked, SyncRun } from './run-records.ts';
import type { StoredMemberships } from './stored-memberships.ts';
import type { SyncState } from './sync-state.ts';

/** What a round is derived from. */
export interface DeriveSources {
  readonly store: NestedDirectoryStore;
  readonly run: SyncRun;
  readonly state: SyncState;
  readonly checked: Checked;
  readonly verifiedDomains: ReadonlySet<string>;
  readonly round: FoldedRound;
  readonly stored: StoredMemberships;
  readonly edges: NetEdges;
}

/** The memberships before and after a round. */
export interface BothStates {
  readonly before: Memberships;
  readonly after: Memberships;
}
