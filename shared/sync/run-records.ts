import { z } from 'zod';
import { DirectoryId, GroupId, RunId } from '../model/ids.ts';
import { DecisionPlaces, JournalLayout } from './apply-records.ts';
import { RunAudit } from './audit-records.ts';
import { Trail } from './endless-round.ts';
import { NestedSettings } from './settings.ts';
import { TenantSize } from './tenant-size.ts';

export const Phase = z.enum(['check', 'read', 'fold', 'derive', 'safeguard', 'apply', 'cleanup', 'done']);
export type Phase = z.infer<typeof Phase>;

export const RunStatus = z.enum(['running', 'awaiting-approval', 'done', 'failed', 'cancelled', 'rejected']);
export type RunStatus = z.infer<typeof RunStatus>;

/** One stream of pages. */
export const StreamCursor = z.object({
  /** The committed deltaLink the round started from; absent for a baseline from the beginning. */
  start: z.string().exactOptional(),
  /** The link of the next page; absent before the first and after the last. */
  next: z.string().exactOptional(),
  /** The deltaLink of the last page: the stream is complete. */
  delta: z.string().exactOptional(),
  /** Complete enumeration: what was not seen is gone. */
  baseline: z.boolean(),
  pages: z.int(),
  items: z.int(),
  ...Trail.shape,
  /** Times the stream was begun again because a link within it died. */
  restarts: z.int(),
  /** Its first pages are lists: begun again, it is read as a delta from the beginning. */
  listed: z.boolean().exactOptional(),
  /** Where those end and the delta from the moment before them begins. */
  listedPages: z.int().exactOptional(),
  /** Where a complete enumeration ends, and the delta begins that was read after somebody had approved it. */
  enumeratedPages: z.int().exactOptional(),
});
export type StreamCursor = z.infer<typeof StreamCursor>;

/** The groups of one page whose members are being listed: the first that is not begun, and where those stand that are. */
export const MembersProgress = z.object({
  next: z.int(),
  begun: z.array(
    z.object({
      group: GroupId,
      link: z.string().exactOptional(),
      trail: Trail,
      /** Times that a link of it was dead. */
      restarts: z.int().exactOptional(),
    }),
  ),
});
export type MembersProgress = z.infer<typeof MembersProgress>;

/** A fast baseline on its way: the moments its deltas begin at, and what is listed by now. */
export const Listing = z.object({
  tokens: z.object({ users: z.string().exactOptional(), groups: z.string().exactOptional() }),
  usersListed: z.boolean(),
  groupsListed: z.boolean(),
  /** Pages of groups, and how many of them have their members. */
  groupPages: z.int(),
  membersOf: z.int(),
  members: MembersProgress.exactOptional(),
  /** Groups whose members were told in part, or not at all. */
  unlisted: z.array(GroupId).exactOptional(),
});
export type Listing = z.infer<typeof Listing>;

const SomeIds = z.object({ members: z.array(z.string()), children: z.array(z.string()) });

/** A group whose members have to be read by list, and why (graph.md §1.2, §1.4). */
export const Reread = z.object({
  group: GroupId,
  reason: z.enum(['contested', 'restored', 'unknown-members', 'dynamic', 'shown', 'audit']),
  /** Rounds it has been waiting for an answer that can be acted on. */
  rounds: z.int(),
  /** Members, and groups in it, of whom it is open whether they came. */
  undecided: SomeIds.exactOptional(),
  /** Members who were said to have left, by anything but a list. */
  left: SomeIds.exactOptional(),
  /** An answer lacked members who had not been said to leave: a list that lacks them, too, is believed. */
  doubted: z.boolean().exactOptional(),
});
export type Reread = z.infer<typeof Reread>;

/** An object that became live and may have memberships that no feed told: its direct groups are asked for. */
export const Ask = z.object({
  kind: z.enum(['user', 'group']),
  id: z.string(),
  /** Runs in which Graph did not know it. */
  misses: z.int().exactOptional(),
});
export type Ask = z.infer<typeof Ask>;

/** The asks of a run: how many are done, where the one at hand stands, and the pages of each complete answer. */
export const Asking = z.object({
  of: z.array(Ask),
  done: z.int(),
  next: z.string().exactOptional(),
  pages: z.int(),
  trail: Trail.exactOptional(),
  answered: z.record(z.string(), z.int()),
  /** What is not known yet and goes to the next run. */
  waiting: z.array(Ask),
  /** Answers that have no end. */
  endless: z.array(Ask).exactOptional(),
  /** More than can be asked one by one: the next run reads all groups instead. */
  tooMany: z.boolean(),
  /** The credential may not ask, as this run or an earlier one found. */
  forbidden: z.enum(['now', 'before']).exactOptional(),
});
export type Asking = z.infer<typeof Asking>;

export const PlanCounts = z.object({
  usersCreated: z.int(),
  usersDeactivated: z.int(),
  usersRemoved: z.int(),
  groupsCreated: z.int(),
  groupsRemoved: z.int(),
  directAdded: z.int(),
  directRemoved: z.int(),
  membershipsAdded: z.int(),
  membershipsRemoved: z.int(),
  groupsHeld: z.int(),
});
export type PlanCounts = z.infer<typeof PlanCounts>;

/** Users that live when a plan is applied: all of them, or how many more than before it. */
export const LiveUsers = z.object({ isTotal: z.boolean(), count: z.int() });
export type LiveUsers = z.infer<typeof LiveUsers>;

/** A told group, how many members it loses, and how many it had. */
export const LostByGroup = z.tuple([GroupId, z.int(), z.int()]).readonly();
export type LostByGroup = z.infer<typeof LostByGroup>;

export const Plan = z.object({
  /** Names the plan in an approval: a hash of all its parts. */
  hash: z.string(),
  parts: z.int(),
  /** Number of its first journal part: a plan that was decided again does not overwrite the one that was shown. */
  firstPart: z.int().exactOptional(),
  counts: PlanCounts,
  /** Thresholds passed, each as a sentence; empty when none was. */
  exceeded: z.array(z.string()),
  /** The kind of each; rows from before this was known lack them. */
  thresholds: z.array(z.string()).exactOptional(),
  /** What the directory had before, counted; absent where it is what was published last. */
  before: z.object({ users: z.int(), groups: z.int(), memberships: z.int() }).exactOptional(),
  /** Groups to read by list in the next round. */
  rereads: z.array(Reread),
  /** They are too many to be remembered: the next round reads all groups. */
  enumerateNext: z.boolean().exactOptional(),
  liveUsers: LiveUsers.exactOptional(),
  /** Groups that lose members though nothing has to wait: remembered for a day. */
  lost: z.array(LostByGroup).readonly().exactOptional(),
  layout: JournalLayout.exactOptional(),
});
export type Plan = z.infer<typeof Plan>;

export const AssignedApplication = z.object({
  id: z.string(),
  /** Graph listed nobody: `kept` is who was assigned before, for the first time; `believed` is nobody. */
  empty: z.enum(['kept', 'believed']).exactOptional(),
});
export type AssignedApplication = z.infer<typeof AssignedApplication>;

/** Users and groups, by id. */
const Principals = z.object({ users: z.array(z.string()), groups: z.array(z.string()) });

/** What the check found, good for an hour. */
export const Checked = z.object({
  at: z.number(),
  tenantId: z.string(),
  /** What the person confirmed, and was found to be still true. */
  confirmedHash: z.string(),
  verifiedDomains: z.array(z.string()),
  hiddenMembers: z.boolean(),
  hiddenUnknown: z.literal(true).exactOptional(),
  assigned: Principals,
  /** Those of them whom the list lacked that was read last: who is missing on the next one too is assigned no more. */
  missing: Principals.exactOptional(),
  /** Whose assignments these are, when an application was the scope; rows from before this was known lack it. */
  application: AssignedApplication.exactOptional(),
});
export type Checked = z.infer<typeof Checked>;

export const SyncRun = z.object({
  id: RunId,
  directory: DirectoryId,
  mode: z.enum(['sync', 'dry-run']),
  trigger: z.enum(['timer', 'manual']),
  /** RFC 3339; every time a run writes is this one, so that a repeated step writes the same. */
  startedAt: z.string(),
  finishedAt: z.string().exactOptional(),
  settings: NestedSettings,
  settingsVersion: z.int(),
  /** RFC 3339: until then it logs each thing it does. */
  debugUntil: z.string().exactOptional(),
  pinnedTenantId: z.string(),
  /** Hash of tenant and domains that a person confirmed. */
  confirmedHash: z.string(),
  /** How large the tenant was then. */
  tenantSize: TenantSize.exactOptional(),
  /** Users and groups that it had then or when it was last read, whichever is more; absent when nobody knows. */
  knownObjects: z.int().exactOptional(),
  /** Which tenant it reads and as which application: delta tokens are of both. Rows from before this was known lack it. */
  readAs: z.string().exactOptional(),
  status: RunStatus,
  phase: Phase,
  /** Number of the message that carries the run on; older messages are dropped. */
  step: z.int(),
  users: StreamCursor,
  groups: StreamCursor,
  /** Until the lists of a fast baseline are complete. */
  listing: Listing.exactOptional(),
  /** Groups whose members these did not tell to their end. */
  unlisted: z.array(GroupId).exactOptional(),
  /** Users and groups are read in turn, each page of one while the next of the other is on its way. */
  lastRead: z.enum(['users', 'groups']).exactOptional(),
  /** Streams begun again from nothing, because Graph asked for it. */
  resyncs: z.int(),
  /** Groups to read by list, how many are done, and where the one at hand stands. */
  rereads: z.array(Reread),
  rereadsDone: z.int(),
  reread: z.object({
    next: z.string().exactOptional(),
    pages: z.int(),
    trail: Trail.exactOptional(),
    /** Times it was begun again because a link within it died. */
    restarts: z.int().exactOptional(),
  }),
  /** Of groups done: complete lists by number of pages, and groups without an answer. */
  rereadPages: z.record(z.string(), z.int()),
  asking: Asking.exactOptional(),
  /** More has to be read by list than is worth it: the next run reads all groups. */
  enumerateNext: z.boolean().exactOptional(),
  /** After its round it has Graph count and compares, because it is time for it or because somebody asked. */
  auditDue: z.enum(['hourly', 'asked']).exactOptional(),
  audit: RunAudit.exactOptional(),
  checked: Checked.exactOptional(),
  /** Before anything else, what is stored is made to fit together. */
  settling: z.boolean().exactOptional(),
  /** What was restored is of another day: a change that is large is looked at sooner. */
  halfLimits: z.boolean().exactOptional(),
  /** While it applies its plan: its steps fail again and again at the same place, since then. RFC 3339. */
  stuck: z.object({ since: z.string(), code: z.string(), detail: z.string() }).exactOptional(),
  plan: Plan.exactOptional(),
  approval: z.object({ by: z.string(), at: z.string() }).exactOptional(),
  /** Position in the apply phase: user pages, group pages, journal parts. */
  applied: z.int(),
  /** Decisions of the journal that went with pages. */
  decisions: DecisionPlaces.exactOptional(),
  /** Waits since Graph answered last, and how many of them for each kind of fault. */
  attempts: z.int(),
  faults: z.record(z.string(), z.int()).exactOptional(),
  /**
   * Nothing is done before, milliseconds since 1970, whoever wakes the run; `asked` by Graph, it binds the next run too. What it
   * waits for is told to people.
   */
  waits: z
    .object({
      until: z.number(),
      asked: z.boolean(),
      why: z.object({ code: z.string(), detail: z.string() }).exactOptional(),
    })
    .exactOptional(),
  graphCalls: z.int(),
  resourceUnits: z.number(),
  /** Round trips to storage until its last checkpoint; absent where nobody counts them. */
  storageOperations: z.int().exactOptional(),
  warnings: z.int(),
  cancelRequested: z.boolean(),
  failure: z.object({ code: z.string(), detail: z.string() }).exactOptional(),
});
export type SyncRun = z.infer<typeof SyncRun>;
