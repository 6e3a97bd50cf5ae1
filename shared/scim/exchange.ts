import type { DirectoryId } from '../model/ids.ts';
import type { ScimDirectory } from './scim-directory.ts';

/** A request under /scim/v2/{directoryId}, as the trigger hands it over. */
export interface ScimRequest {
  readonly method: string;
  /** What follows the directory id, still percent-encoded: `/Users/…`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly directoryId: string;
  /** By lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** Reads the body, at most `bytesMax`; beyond that throws Refusal `too-large`. Called only after authorization. */
  readonly body: (bytesMax: number) => Promise<string>;
}

export interface ScimResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Serialized as JSON; absent for 204, 304 and every answer to HEAD. */
  readonly body?: object;
}

/** What serving SCIM needs from outside. */
export interface ScimPorts {
  /** Who calls; throws Refusal `unauthenticated` alike for a wrong key and for a directory that is not. */
  readonly authorize: (directoryId: string, authorization: string | undefined) => Promise<ScimCaller>;
  /**
   * The directory behind the URL. Reads may be started while `caller` is still pending, so that a look-up and the
   * key check are one round trip; writes wait for it, and nothing is answered before it.
   */
  readonly directory: (directoryId: DirectoryId, caller: () => Promise<ScimCaller>) => ScimDirectory;
  /** Told of each exchange once it is answered; never throws, never waits on storage. */
  readonly record: (exchange: ScimExchange) => void;
  /** Absolute URL of the service without a trailing slash, from configuration, never from the request. */
  readonly publicOrigin: string;
  /** Milliseconds, UTC. */
  readonly now: () => number;
}

export interface ScimCaller {
  readonly directoryId: DirectoryId;
  readonly organizationId: string;
  readonly settings: ScimSettings;
}

/** Per directory; versioned with the directory's settings. */
export interface ScimSettings {
  /** What to do with a member that is not in the directory. */
  readonly unknownMembers: 'ignore' | 'reject';
  /** Answer of PATCH on a group: Entra documents 204; others want the resource. */
  readonly groupPatchAnswer: 'no-content' | 'resource';
  readonly usersMax: number;
  readonly groupsMax: number;
  /** A replacement that drops more members than this, and more per cent of them, is a large removal. */
  readonly largeRemovalMembers: number;
  readonly largeRemovalPercent: number;
  /** True once a group has been a member of a group; read with the key, so that flat directories skip a query. */
  readonly nesting: boolean;
}

/** One request and its answer, for the request log. */
export interface ScimExchange {
  readonly directoryId: DirectoryId;
  readonly at: number;
  readonly durationMilliseconds: number;
  readonly method: string;
  /** Path with query, as received. */
  readonly target: string;
  readonly status: number;
  readonly objectId?: string;
  /** `scimType: detail` of a refusal. */
  readonly error?: string;
  /** What an admin should know of a request that was accepted, such as members that were left out. */
  readonly note?: string;
  /** The body as received with `password` removed; absent when there was none or it was not JSON. */
  readonly body?: string;
  /** Members that an accepted write on groups named. */
  readonly memberChanges?: number;
  /** Of an accepted write that dropped members beyond the thresholds of the directory. */
  readonly largeRemoval?: { readonly removed: number; readonly before: number };
  /** True for Entra's connection test: a look-up of a random name without a hit. */
  readonly probe: boolean;
}
