import type { AdminAccessPorts } from '../access/admin-access.ts';
import type { DirectoryId } from '../model/ids.ts';
import type { Randomness } from '../model/new-ids.ts';
import type { Failure } from './apart.ts';
import type { IdempotencyStore } from './idempotency.ts';
import type { NestedPorts } from './nested-ports.ts';
import type { Registry } from './registry.ts';
import type { RequestLog } from './request-log.ts';

/** What serving the admin API needs from outside. */
export interface AdminPorts {
  readonly registry: Registry;
  readonly requestLog: RequestLog;
  readonly idempotency: IdempotencyStore;
  readonly access: AdminAccessPorts;
  readonly counts: (directory: DirectoryId) => Promise<{ readonly users: number; readonly groups: number }>;
  readonly nested: NestedPorts;
  readonly random: Randomness;
  /** Absolute URL of the service without a trailing slash, from configuration, never from the request. */
  readonly publicOrigin: string;
}

/** A request under /api, as the trigger hands it over. */
export interface AdminRequest {
  readonly method: string;
  /** From `/api` on, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** Reads the body, at most `bytesMax`; beyond that throws Refusal `too-large`. Called only after authorization. */
  readonly body: (bytesMax: number) => Promise<string>;
  /** Names the request in logs. */
  readonly traceId: string;
}

export interface AdminResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Serialized as JSON; absent for 204. */
  readonly body?: object;
  /** Sent as they come, in place of `body`. */
  readonly chunks?: AsyncIterable<string>;
  /** What the body lacks because of a failure: for the log of the service, and not sent. */
  readonly failures?: readonly Failure[];
}
