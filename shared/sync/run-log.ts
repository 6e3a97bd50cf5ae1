import type { DirectoryId, RunId } from '../model/ids.ts';
import type { SyncRun } from './run-records.ts';

/** Rows of runs and their logs for people: written again and again under the same keys, so that a repeated step adds nothing. */
export interface RunLog {
  /** Inserts or replaces entries, at most 500. */
  write(directory: DirectoryId, run: RunId, entries: readonly RunLogEntry[]): Promise<void>;
  /** Removes what other plans of the run than this one have said. */
  keepPlan(directory: DirectoryId, run: RunId, plan: string): Promise<void>;
  /** Inserts or replaces the run's row. */
  saveRun(run: SyncRun): Promise<void>;
  /** Where a dry run leaves the external users it found; absent where nobody reads them. */
  readonly externalUsers?: {
    /** Inserts or replaces users, at most 1,000. */
    write(directory: DirectoryId, run: RunId, users: readonly ExternalUser[]): Promise<void>;
    /** All were written: from now on they can be read. */
    complete(directory: DirectoryId, run: RunId): Promise<void>;
  };
}

/** A guest or a member of another tenant as a dry run would have him in the directory. */
export interface ExternalUser {
  readonly id: string;
  /** Empty when Graph knows none. */
  readonly mail: string;
  readonly active: boolean;
  /** Names of groups of which he would be an effective member. */
  readonly groups: readonly string[];
  /** Groups that are not listed, because there are too many. */
  readonly moreGroups?: number;
}

export interface RunLogEntry {
  /** Unique within the run, in the order of the run: `{phase number}/{subject}`. */
  readonly key: string;
  /** RFC 3339. */
  readonly at: string;
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  /** Stable word for programs: `user-out-of-scope`, `group-over-limit`, `members-ignored`. */
  readonly code: string;
  readonly message: string;
  readonly object?: { readonly kind: 'user' | 'group'; readonly id: string };
  /** Hash of the plan that it is of; what a plan says is true of no other plan of its run. */
  readonly plan?: string;
  /** Numbers that belong to the entry. */
  readonly counts?: Readonly<Record<string, number>>;
}
