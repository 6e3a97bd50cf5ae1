import type { RawRecord } from '../model/directory-object.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { AttributePath } from './filter.ts';
import type { ResourceKind } from './scim-directory.ts';

/** One operation of a PATCH in either of Entra's dialects or the RFC's, RFC 7644 §3.5.2. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  /** Absent for a value that is an object of attributes, keys being paths. */
  readonly path?: AttributePath;
  readonly value?: Json;
}

export interface PatchOutcome {
  readonly attributes: JsonObject;
  readonly raw: RawRecord;
  /** Of a group; changes nothing when `isNoEdit(members)`. */
  readonly members: MembersEdit;
  /** Whether `attributes` or `raw` differ from before; membership is for the directory to find out. */
  readonly changed: boolean;
}

/** All member operations of a request in one: new members = (replace ? none : old − remove − removeWhere) + add. */
export interface MembersEdit {
  readonly replace: boolean;
  /** Disjoint, without duplicates (ids compare without case), spelled as sent. */
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** Only when a filter looks at more than `value`: every old member has to be read and asked. */
  readonly removeWhere?: (member: MemberElement) => boolean;
}

export interface MemberElement {
  readonly value: string;
  readonly type: 'User' | 'Group';
}

/** Refusal `invalid-syntax` for a body or op that is not understood, `invalid-path`, `invalid-value`, `no-target`, `too-many`. */
export declare function parsePatch(body: Json): readonly PatchOperation[];
/** All operations in order, or a Refusal and nothing: `invalid-value`, `invalid-path`, `read-only`, `no-target`, `too-large`. */
export declare function applyPatch(
  kind: ResourceKind,
  before: { readonly attributes: JsonObject; readonly raw: RawRecord },
  operations: readonly PatchOperation[],
): PatchOutcome;
export declare function isNoEdit(edit: MembersEdit): boolean;
