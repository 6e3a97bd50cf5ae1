import { z } from 'zod';
import { RunId } from '../model/ids.ts';
import { AuditState } from './audit-records.ts';
import { Ask, Checked, LostByGroup, Reread } from './run-records.ts';

/** What one run removed, and what there was before it. */
export const RemovedLately = z.object({
  /** Milliseconds since 1970. */
  at: z.number(),
  memberships: z.int(),
  users: z.int(),
  groups: z.int(),
  base: z.object({ memberships: z.int(), users: z.int(), groups: z.int() }),
  /** Members that single groups lost; rows from before this was known lack it. */
  byGroup: z.array(LostByGroup).readonly().exactOptional(),
});
export type RemovedLately = z.infer<typeof RemovedLately>;

export const DirectoryCounts = z.object({
  users: z.int(),
  groups: z.int(),
  /** Effective memberships of told groups. */
  memberships: z.int(),
  domains: z.int(),
});
export type DirectoryCounts = z.infer<typeof DirectoryCounts>;

/** How far the removal of tombstones is; times are milliseconds since 1970. */
export const Tombstones = z.object({
  /** Nothing is to be done before. */
  dueAt: z.number(),
  /** When the objects that are not live are gone through again; while that goes on, where it stands. */
  scanAt: z.number(),
  from: z.string().exactOptional(),
  /** When the first of those seen in this pass may go. */
  firstAt: z.number().exactOptional(),
});
export type Tombstones = z.infer<typeof Tombstones>;

/** What outlives runs. */
export const SyncState = z.object({
  activeRun: RunId.exactOptional(),
  /** Of the last completed run. */
  tokens: z
    .object({
      ...{ users: z.string(), groups: z.string(), select: z.string() },
      /** As the run that was given them. */
      readAs: z.string().exactOptional(),
    })
    .exactOptional(),
  /** Runs since that failed because Graph refused the delta link of a stream, for no reason that it documents. */
  refusedTokens: z
    .object({ users: z.int().exactOptional(), groups: z.int().exactOptional() })
    .exactOptional(),
  /** Where the last completed run read users from. */
  usersBefore: z.string().exactOptional(),
  /** One user was read by himself since, from a replica that may have lagged: the next run begins at `usersBefore` once more. */
  usersAgain: z.boolean().exactOptional(),
  /** After a fast baseline: its first tokens are read from once more, `at` (milliseconds since 1970) plus a while. */
  replay: z.object({ users: z.string(), groups: z.string(), at: z.number() }).exactOptional(),
  counts: DirectoryCounts.exactOptional(),
  checked: Checked.exactOptional(),
  rereads: z.array(Reread),
  /** Removals of the last 24 hours that nobody approved, oldest first; what cannot be read holds the next removal. */
  removedLately: z
    .union([z.array(RemovedLately), z.literal('unreadable')])
    .catch('unreadable')
    .exactOptional(),
  /** Objects whose direct groups could not be asked for yet. */
  asks: z.array(Ask).exactOptional(),
  /** The credential may not ask for them: when that was found, milliseconds since 1970. */
  asksForbiddenAt: z.number().exactOptional(),
  /** The last completed run read all groups anew: whoever the next one is told of may have been deleted meanwhile. */
  enumerated: z.boolean().exactOptional(),
  /** The next run reads all groups, or all users, from the beginning. */
  enumerateGroups: z.boolean().exactOptional(),
  enumerateUsers: z.boolean().exactOptional(),
  /** Users that live, in scope or not; absent while nobody has counted them. */
  liveUsers: z.int().exactOptional(),
  audit: AuditState.exactOptional(),
  /** Fingerprint of the rules that decided who counts: another one has everybody looked at again. */
  policy: z.string().exactOptional(),
  /** Whether groups passed members on when these counts were told; all scopes but the literal reading do. */
  flattened: z.boolean().exactOptional(),
  /** A person refused this plan: the same plan is refused again without asking. */
  rejectedPlan: z.string().exactOptional(),
  /** Graph asked a run that has ended meanwhile to wait until then, milliseconds since 1970. */
  throttledUntil: z.number().exactOptional(),
  /**
   * Memberships may be told in one direction only, and of some of what is stored nobody was told: since a run was ended half-way, or
   * since an export was restored that was made while one was at work. The next run that is completed makes all of it true again.
   */
  unsettled: z.enum(['abandoned', 'restored']).exactOptional(),
  /** What the removal of tombstones has to remember. */
  tombstones: Tombstones.exactOptional(),
  lastRun: RunId.exactOptional(),
  /** The last one that was no dry run, from its beginning on. */
  lastSync: RunId.exactOptional(),
  lastCompletedRun: RunId.exactOptional(),
  /** RFC 3339. */
  lastCompletedAt: z.string().exactOptional(),
});
export type SyncState = z.infer<typeof SyncState>;

export const newSyncState: SyncState = { rereads: [] };
