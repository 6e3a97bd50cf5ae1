import type { DirectoryId, GroupId, RunId, UserId } from '../model/ids.ts';
import type { JsonObject } from '../model/json.ts';
import type { MemberType } from './graph-port.ts';
import type { JournalPart, NestedOutboxEntry, StagedPage } from './round-records.ts';
import type { SyncRun } from './run-records.ts';
import type { SyncState } from './sync-state.ts';

/**
 * The state of one nested directory: what the tenant said last, and what a run has read but not made true yet.
 * One writer at a time, who holds the lease: each write carries his fence and fails whole when the lease went on.
 */
export interface NestedDirectoryStore {
  /** Takes the lease when it is free, expired, or held by `holder` already; the epoch grows with each taking. */
  acquire(directory: DirectoryId, lease: LeaseRequest): Promise<Fence | undefined>;
  /** Keeps the lease for `seconds` from `now`; throws `FenceLost` when it went on. */
  renew(directory: DirectoryId, fence: Fence, until: Omit<LeaseRequest, 'holder'>): Promise<void>;
  /** Gives the lease back; nothing when it went on. */
  release(directory: DirectoryId, fence: Fence): Promise<void>;
  /** Whether somebody has the lease at `now`, milliseconds since 1970. */
  isLeased(directory: DirectoryId, now: number): Promise<boolean>;

  state(directory: DirectoryId): Promise<SyncState>;
  /** The unfinished run's checkpoint, if there is one; a finished run's last checkpoint otherwise. */
  run(directory: DirectoryId, run: RunId): Promise<SyncRun | undefined>;

  /** Asks a run to stop at its next checkpoint; written by others than the lease's holder, so without a fence. */
  orderCancel(directory: DirectoryId, run: RunId): Promise<void>;
  isCancelOrdered(directory: DirectoryId, run: RunId): Promise<boolean>;

  /**
   * Carries out at most 99 writes in their order. Atomic (one transaction with the fence) unless it holds a write that changes
   * chunks of ids, `members` or `held-members`, or more bytes than a transaction takes: then there may be several, `checkpoint`
   * and `state` are together in the last one, and repeating the whole is harmless. At most one write of kind `groups-of` or
   * `held-members` for each member or group; of several of one user, group or entry the last one counts. Throws `FenceLost`.
   */
  commit(directory: DirectoryId, fence: Fence, writes: readonly NestedWrite[]): Promise<void>;
  /** Carries out all of it in one transaction; false, and nothing is written, when it does not fit in one. */
  commitWhole(directory: DirectoryId, fence: Fence, whole: WholeCommit): Promise<boolean>;
  /**
   * Carries out as much as one transaction takes, and says how many of `more`; undefined, and nothing is written, when `must` does
   * not fit, or there is none and the first of `more` does not.
   */
  commitFitting(directory: DirectoryId, fence: Fence, some: FittingCommit): Promise<number | undefined>;

  /** Rows by id, in no order; unknown ids are left out. At most 1,000 ids, read side by side. */
  users(directory: DirectoryId, ids: readonly UserId[]): Promise<readonly NestedUser[]>;
  groups(directory: DirectoryId, ids: readonly GroupId[]): Promise<readonly NestedGroup[]>;
  /** Every row in id order, by pages. */
  userPages(directory: DirectoryId): AsyncIterable<readonly NestedUser[]>;
  groupPages(directory: DirectoryId): AsyncIterable<readonly NestedGroup[]>;
  /**
   * Objects that are not live, users before groups, from a place on: one round trip, so that a page may be empty and not the
   * last. `next` is the place of the following page.
   */
  deadObjects(directory: DirectoryId, from?: string): Promise<DeadObjects>;
  /** Packed ids of all users whose memberships count (`standing.counts`), by pages of any size. */
  countingUsers(directory: DirectoryId): AsyncIterable<Uint8Array>;

  /** How all groups nest, and what is known of each without reading its members. */
  nesting(directory: DirectoryId): Promise<StoredNesting>;
  /** Direct members of a group that are no groups, packed ids by type. */
  members(directory: DirectoryId, group: GroupId): Promise<PackedMembers>;
  /** Packed ids of the groups that hold each member directly; members in no group are left out. */
  groupsOf(directory: DirectoryId, members: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** The members a group above its limit keeps; undefined for all other groups. */
  heldMembers(directory: DirectoryId, group: GroupId): Promise<Uint8Array | undefined>;

  /** Whether no user, no group and no membership was ever written; rows of runs do not count. */
  isBlank(directory: DirectoryId): Promise<boolean>;

  staged(directory: DirectoryId, page: StagedKey): Promise<StagedPage | undefined>;
  /** Pages of a stream in their order, many with a round trip; undefined for a page that is not there. */
  stagedPages(directory: DirectoryId, stream: StagedRange): AsyncIterable<StagedPage | undefined>;
  journal(directory: DirectoryId, run: RunId, part: number): Promise<JournalPart | undefined>;
  /** Parts in their order, several with a round trip; undefined for a part that is not there. */
  journalParts(directory: DirectoryId, parts: JournalRange): AsyncIterable<JournalPart | undefined>;
  /**
   * Has counts and the groups of each member follow the lists of members of each group, after a run that was ended half-way or a
   * restore of an export, which may hold one without the other. Reads all of it; repeating it is harmless. Throws `FenceLost`.
   */
  settle(directory: DirectoryId, fence: Fence): Promise<void>;
  /** Removes what a run staged, its journal and the order to stop it included, by pages; false while some is left. */
  discard(directory: DirectoryId, fence: Fence, run: RunId): Promise<boolean>;
  /**
   * Removes a page of the checkpoints, and of the orders to stop, of runs whose ids come before `before`, all but those in
   * `keep`; false while some are left.
   */
  forgetRuns(directory: DirectoryId, fence: Fence, runs: OldRuns): Promise<boolean>;

  outbox(
    directory: DirectoryId,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<readonly NestedOutboxEntry[]>;
}

export interface DeadObjects {
  readonly users: readonly NestedUser[];
  readonly groups: readonly NestedGroup[];
  /** Absent after the last page. */
  readonly next?: string;
}

export interface OldRuns {
  readonly before: RunId;
  readonly keep: readonly RunId[];
}

export interface LeaseRequest {
  readonly holder: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly seconds: number;
}

export interface Fence {
  readonly holder: string;
  readonly epoch: number;
}

/** The lease went on to someone else: stop, and write nothing more. */
export class FenceLost extends Error {
  override readonly name = 'FenceLost';
}

export interface WholeCommit {
  readonly writes: readonly NestedWrite[];
  /** Everything goes that this run staged, its journal and the order to stop it included. */
  readonly discards?: RunId | undefined;
}

export interface FittingCommit {
  /** All of it, or nothing is written. */
  readonly must: readonly NestedWrite[];
  /** In their order, as many as there is room for. */
  readonly more: readonly NestedWrite[];
  /** What says that all of `more` is written: with the last of it. */
  readonly last: readonly NestedWrite[];
}

export type NestedWrite =
  | { readonly kind: 'stage'; readonly key: StagedKey; readonly page: StagedPage }
  | { readonly kind: 'journal'; readonly run: RunId; readonly part: number; readonly content: JournalPart }
  | { readonly kind: 'user'; readonly user: NestedUser }
  | { readonly kind: 'group'; readonly group: NestedGroup }
  | { readonly kind: 'forget'; readonly what: 'user' | 'group'; readonly id: string }
  /**
   * Set semantics: adding what is there and removing what is absent do nothing. At most 4,096 ids. `isFirst`: whatever the group
   * has is replaced, so that nothing has to be read; by this one write where others of the same group are not `isFirst`.
   */
  | {
      readonly kind: 'members';
      readonly group: GroupId;
      readonly type: MemberType;
      readonly added: Uint8Array;
      readonly removed: Uint8Array;
      readonly isFirst?: boolean;
    }
  /** The reverse of `members` for one member that is no group; set semantics, or what there is is replaced: `isFirst`. */
  | {
      readonly kind: 'groups-of';
      readonly member: string;
      readonly added: Uint8Array;
      readonly removed: Uint8Array;
      readonly isFirst?: boolean;
    }
  /** All that the group keeps, at most 40,000 ids; or one slice of more than that, each in a commit of its own, in their order. */
  | {
      readonly kind: 'held-members';
      readonly group: GroupId;
      readonly members: Uint8Array | undefined;
      readonly slice?: { readonly place: number; readonly of: number };
    }
  /** Insert or replace: the same entry may come twice. */
  | { readonly kind: 'outbox'; readonly entry: NestedOutboxEntry }
  | { readonly kind: 'checkpoint'; readonly run: SyncRun }
  | { readonly kind: 'state'; readonly state: SyncState };

/** Pages of one stream count from 0. `users`, `groups`, or `members/{group}` for a group read by list. */
export interface StagedKey {
  readonly run: RunId;
  readonly stream: string;
  readonly page: number;
}

/** Pages `from` up to, and without, `to`. */
export interface StagedRange {
  readonly run: RunId;
  readonly stream: string;
  readonly from: number;
  readonly to: number;
}

export type JournalRange = Omit<StagedRange, 'stream'>;

/** Soft-deleted objects keep their memberships; gone ones lost them and stay as tombstones for a while. */
export type Life = 'live' | 'soft-deleted' | 'gone';

export interface NestedUser {
  readonly id: UserId;
  readonly version: number;
  /** RFC 3339. */
  readonly created: string;
  readonly lastModified: string;
  readonly life: Life;
  /** RFC 3339: since when it is not live; empty while it is. */
  readonly lifeSince: string;
  readonly standing: Standing;
  /** As Graph said, merged field by field. */
  readonly fields: JsonObject;
  /** In the shape of SCIM, made by the mapping. */
  readonly attributes: JsonObject;
}

export interface Standing {
  /** Memberships of this user count: live and allowed by domain and guest rules. */
  readonly counts: boolean;
  /** Belongs to the directory: counts, and the scope reaches it. */
  readonly inScope: boolean;
  /** Why not, for the log and the admin. */
  readonly reason?: OutReason;
}

export type OutReason =
  | 'deleted'
  | 'unverified-domain'
  | 'domain-not-chosen'
  | 'guest-excluded'
  | 'foreign-member'
  | 'not-in-scope';

export interface NestedGroup {
  readonly id: GroupId;
  readonly version: number;
  readonly created: string;
  readonly lastModified: string;
  readonly life: Life;
  readonly lifeSince: string;
  /** Effective members are told: live and in scope. */
  readonly told: boolean;
  /** Above its limit: readers get `heldMembers`. */
  readonly held: boolean;
  readonly fields: JsonObject;
  readonly attributes: JsonObject;
}

export interface StoredNesting {
  readonly groups: readonly GroupFacts[];
  readonly edges: readonly { readonly parent: GroupId; readonly child: GroupId }[];
}

export interface GroupFacts {
  readonly id: GroupId;
  readonly life: Life;
  readonly told: boolean;
  readonly held: boolean;
  /** Direct members of type user. */
  readonly users: number;
  /** Direct members by any other type but group. */
  readonly others: number;
}

/** Packed ids of direct members by type; groups are told by `nesting`. */
export type PackedMembers = Readonly<Partial<Record<MemberType, Uint8Array>>>;
