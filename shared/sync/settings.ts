import { z } from 'zod';
import { GroupId } from '../model/ids.ts';

/** Which users and groups of the tenant belong to the directory. */
export const SyncScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('all') }),
  /** Chosen groups and the users in them through any depth; the groups below them come as groups too, or only as members. */
  z.object({
    kind: z.literal('groups'),
    groups: z.array(GroupId).min(1).max(5000),
    includeNestedGroups: z.boolean().default(true),
  }),
  /** Users and groups assigned to an enterprise application: graph.md §2 has the three readings. */
  z.object({
    kind: z.literal('application'),
    servicePrincipalId: z.uuid(),
    reading: z.enum(['literal', 'effective', 'subtree']).default('effective'),
  }),
]);
export type SyncScope = z.infer<typeof SyncScope>;

/** A threshold is passed when the count is above the larger of `floor` and `percent` of what there was. */
const threshold = ({ percent = 20, absolute = 500 }: { percent?: number; absolute?: number }) =>
  z.object({
    floor: z.int().min(0).default(10),
    percent: z.number().min(0).max(100).default(percent),
    /** Never more than this in one run, however large the directory. */
    absolute: z.int().min(0).default(absolute),
  });
export type Threshold = z.infer<ReturnType<typeof threshold>>;

/** Of the members of one group. */
const GroupThreshold = z.object({
  floor: z.int().min(0).default(10),
  percent: z.number().min(0).max(100).default(50),
});
export type GroupThreshold = z.infer<typeof GroupThreshold>;

export const SafeguardSettings = z.object({
  enabled: z.boolean().default(true),
  /** Effective memberships removed. */
  memberships: threshold({ absolute: 10_000 }).prefault({}),
  /** Users disabled, deleted or out of scope. */
  users: threshold({ percent: 10 }).prefault({}),
  groups: threshold({}).prefault({}),
  /** Members that one group loses within 24 hours. */
  perGroup: GroupThreshold.prefault({}),
});
export type SafeguardSettings = z.infer<typeof SafeguardSettings>;

/** Settings of a nested directory. A run keeps the version it started with (S3-72, XA-17). */
export const NestedSettings = z.object({
  scope: SyncScope.default({ kind: 'all' }),
  /** Members whose sign-in domain is not among the confirmed ones stay out (XA-07). */
  verifiedDomainsOnly: z.boolean().default(false),
  /** The domains chosen of the verified ones; absent means all, new ones included (XA-06). */
  domains: z.array(z.string().toLowerCase()).max(5000).optional(),
  guests: z.enum(['include', 'exclude']).default('include'),
  /** Users of type Member who come from another tenant (XA-50). */
  treatForeignMembersAs: z.enum(['external', 'out-of-scope']).default('external'),
  /** Effective members of one group; a group above it is reported and keeps its last members (XA-05, XA-45). */
  maxMembersPerGroup: z.int().min(1).default(250_000),
  /** What the directory may grow to; a plan that goes past one waits for approval, a first one too. Absent: no limit (XA-45). */
  maxUsers: z.int().min(1).exactOptional(),
  maxGroups: z.int().min(1).exactOptional(),
  /** Effective ones. */
  maxMemberships: z.int().min(1).exactOptional(),
  safeguard: SafeguardSettings.prefault({}),
  /**
   * How a directory is read that was never read: by the delta from its beginning, page after page, or by lists side by side
   * and the delta from a moment before them, which is many times quicker in large tenants (graph.md §5.1).
   */
  baseline: z.enum(['delta', 'lists']).default('delta'),
  /** Seconds between the moment that a fast baseline's delta begins at and its first list, for replicas that lag. */
  baselineWaitSeconds: z.int().min(0).max(3600).default(60),
  /** Minutes between runs, 5 to 1,440; 0 runs only by hand (XA-02, XA-03). */
  intervalMinutes: z
    .int()
    .min(0)
    .max(1440)
    .refine((minutes) => minutes === 0 || minutes >= 5, 'at least 5 minutes, or 0 for by hand only')
    .default(15),
  /** Days in which Graph counts the members of every group once, to be compared with what is stored; 0 never (graph.md §5.1). */
  auditDays: z.int().min(0).max(90).default(7),
  logFreeMemory: z.boolean().default(false),
});
export type NestedSettings = z.infer<typeof NestedSettings>;

export const defaultNestedSettings: NestedSettings = NestedSettings.parse({});
