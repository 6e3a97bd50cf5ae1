import type { DirectoryId, OrganizationId } from '../model/ids.ts';
import type { GraphReader } from '../sync/graph-port.ts';
import type { NestedDirectoryStore } from '../sync/nested-store.ts';
import type { RunMemory } from '../sync/run-memory.ts';
import type { SyncQueue } from '../sync/sync-ports.ts';
import type { GraphSecret } from './graph-secret.ts';
import type { CloudName, ConnectionCredential, NestedConnection } from './nested-record.ts';
import type { RunHistory } from './run-history.ts';

/** What nested directories need from outside. */
export interface NestedPorts {
  readonly store: NestedDirectoryStore;
  /** What the process remembers of questions about memberships. */
  readonly memory: RunMemory;
  readonly queue: SyncQueue;
  readonly history: RunHistory;
  readonly consents: ConsentStore;
  /** Reads the tenant of a connection; without anything to sign in with, each read is a fault that says so. */
  readonly graph: (connection: NestedConnection) => GraphReader;
  /** What a credential signs in with; undefined when nothing of it can expire. */
  readonly secret: (credential: ConnectionCredential) => GraphSecret | undefined;
  /** True where Graph itself tells which tenant it is: on the local host with a local Graph, and nowhere else. */
  readonly learnsTenant: boolean;
  readonly defaults: ConnectionDefaults;
  /** Where an administrator of the tenant consents; it comes back to `redirectUri` with `state`. */
  readonly consentUrl: (request: ConsentRequest) => string;
  /** Names a holder of leases, new for each act. */
  readonly holder: () => string;
}

/** How the installation is set up to read tenants. */
export interface ConnectionDefaults {
  readonly cloud: CloudName;
  readonly kind: ConnectionCredential['kind'];
  readonly clientId?: string | undefined;
}

export interface ConsentRequest {
  readonly cloud: CloudName;
  readonly tenantId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string;
}

/** A consent that is being given. */
export interface PendingConsent {
  readonly organizationId: OrganizationId;
  readonly directoryId: DirectoryId;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/**
 * States of consent links by their hash. A state is 256 random bits that only the link holds, so that it needs no
 * signature to be unforgeable. It is closed when what it was for is stored, so that it works once, and again where a process died
 * before that.
 */
export interface ConsentStore {
  open(hash: string, pending: PendingConsent): Promise<void>;
  /** Whether it has expired or not. */
  pending(hash: string): Promise<PendingConsent | undefined>;
  close(hash: string): Promise<void>;
  /** Removes what expired before `now`, by pages. */
  removeLapsed(now: number): Promise<void>;
}
