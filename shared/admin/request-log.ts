import { z } from 'zod';
import type { DirectoryId } from '../model/ids.ts';
import type { StoredCycle } from './cycles.ts';
import type { Page, PageOf } from './registry.ts';

/** A request as received and what it was answered. */
export const LoggedRequest = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  durationMilliseconds: z.number(),
  method: z.string(),
  target: z.string(),
  status: z.int(),
  objectId: z.string().optional(),
  error: z.string().optional(),
  /** What an admin should know of a request that was accepted. */
  note: z.string().optional(),
  probe: z.boolean(),
  /** With it a cycle began. */
  cycleStart: z.literal(true).optional(),
  body: z.string().optional(),
  /** True when only the beginning of a long body was kept. */
  bodyCut: z.boolean(),
});
export type LoggedRequest = z.infer<typeof LoggedRequest>;

export interface RequestFilter {
  /** 2 to 5. */
  readonly statusClass?: number | undefined;
  readonly method?: string | undefined;
  readonly objectId?: string | undefined;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
}

/** What a directory's traffic amounts to. */
export const DirectoryTraffic = z.object({
  firstRequestAt: z.iso.datetime().optional(),
  lastRequestAt: z.iso.datetime().optional(),
  /** First and last request about users or groups that was no test of the connection. */
  receivingSince: z.iso.datetime().optional(),
  lastReceivedAt: z.iso.datetime().optional(),
  lastProbe: z.object({ at: z.iso.datetime(), status: z.int() }).optional(),
  /** The last write that dropped so many members of a group that an admin should look at it (XE-06). */
  lastLargeRemoval: z
    .object({
      at: z.iso.datetime(),
      groupId: z.string(),
      removed: z.int().nonnegative(),
      before: z.int().nonnegative(),
    })
    .optional(),
  refusedCalls: z.int().nonnegative(),
  lastRefusedAt: z.iso.datetime().optional(),
  /** Last use by key id. */
  keysUsed: z.record(z.string(), z.iso.datetime()),
});
export type DirectoryTraffic = z.infer<typeof DirectoryTraffic>;

/** The request log of directories, newest first; it lags by a second at most. */
export interface RequestLog {
  requests(
    directory: DirectoryId,
    query: { readonly filter: RequestFilter; readonly after?: string | undefined; readonly limit: number },
  ): Promise<{ readonly items: readonly LoggedRequest[]; readonly next?: string }>;
  /** Stretches of requests without a long pause, newest first. */
  cycles(
    directory: DirectoryId,
    page: PageOf,
  ): Promise<Page<{ readonly id: string; readonly cycle: StoredCycle }>>;
  traffic(directory: DirectoryId): Promise<DirectoryTraffic>;
  /** Last use of admin keys, by key id. */
  adminKeysUsed(): Promise<Readonly<Record<string, string>>>;
  /** Removes requests and cycles that are older than `before` (milliseconds), by pages; false while some are left. */
  removeRequests(directory: DirectoryId, before: number): Promise<boolean>;
  /** Removes the traffic figures of a directory that is gone. */
  removeTraffic(directory: DirectoryId): Promise<void>;
}
