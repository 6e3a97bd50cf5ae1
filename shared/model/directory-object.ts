import type { GroupId, MemberRef, UserId } from './ids.ts';
import type { JsonObject } from './json.ts';

/**
 * A directory user as the identity provider says it is.
 * `attributes` is normalized: canonical attribute names, JSON types of the schema, extensions under their URN;
 * never `id`, `schemas`, `meta`, `groups` or `password`.
 */
export interface DirectoryUser {
  readonly id: UserId;
  /** Counts changes, from 1. */
  readonly version: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly created: string;
  readonly lastModified: string;
  readonly attributes: JsonObject;
  readonly raw: RawRecord;
}

/** A directory group; its members are kept apart and never part of it. */
export interface DirectoryGroup {
  readonly id: GroupId;
  readonly version: number;
  /** Changes whenever a membership changes; written blindly, so that parallel adds never contend. */
  readonly membersStamp: string;
  readonly created: string;
  readonly lastModified: string;
  readonly attributes: JsonObject;
  readonly raw: RawRecord;
}

/** What was received, before any reading of ours: the body of the last create or replace, and later patched values by path. */
export interface RawRecord {
  readonly body: JsonObject;
  readonly patched: JsonObject;
}

export interface Membership {
  readonly group: GroupId;
  readonly member: MemberRef;
}
