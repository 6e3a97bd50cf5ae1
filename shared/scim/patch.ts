import type { RawRecord } from '../model/directory-object.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { isSameJson } from '../model/same-json.ts';
import { checkSize } from './bodies/raw.ts';
import type { PatchOperation } from './patch-operation.ts';
import { readOperations } from './patches/body.ts';
import { ResourceChanges } from './patches/resource-changes.ts';
import type { ResourceKind } from './scim-directory.ts';

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

/**
 * Reads a PATCH body; without Operations in the list it asks for nothing.
 * Refusal `invalid-syntax` for a body or op that is not understood, `invalid-path`, `invalid-value`, `no-target`, `too-large`.
 */
export const parsePatch = (body: Json): readonly PatchOperation[] => readOperations(body);

/**
 * All operations in order, or a Refusal and nothing: `invalid-value`, `invalid-path`, `read-only`, `no-target`, `too-large`.
 * Unknown attributes are passed over and kept in `raw.patched`, so that one of them does not hold up a disable.
 */
export function applyPatch(
  kind: ResourceKind,
  before: { readonly attributes: JsonObject; readonly raw: RawRecord },
  operations: readonly PatchOperation[],
): PatchOutcome {
  const changes = new ResourceChanges(kind, { attributes: before.attributes, patched: before.raw.patched });
  for (const operation of operations) changes.apply(operation);
  const attributes = changes.attributes();
  const members = changes.members.edit();
  if (!changes.record.hasNews && isSameJson(before.attributes, attributes)) {
    return { attributes: before.attributes, raw: before.raw, members, changed: false };
  }
  const raw = { body: before.raw.body, patched: changes.record.after() };
  checkSize({ attributes, raw });
  return { attributes, raw, members, changed: true };
}

export const isNoEdit = ({ replace, add, remove, removeWhere }: MembersEdit): boolean =>
  !replace && add.length === 0 && remove.length === 0 && removeWhere === undefined;
