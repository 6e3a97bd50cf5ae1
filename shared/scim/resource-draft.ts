import type { RawRecord } from '../model/directory-object.ts';
import type { JsonObject } from '../model/json.ts';

/** A user or group as a caller wants it: parsed, typed and named by the schema, without server-made attributes. */
export interface ResourceDraft {
  readonly attributes: JsonObject;
  /** Direct members of a group; undefined where the body had no `members` at all. */
  readonly members?: readonly MemberDraft[];
  readonly raw: RawRecord;
}

/** A member as sent: only `value` counts. */
export interface MemberDraft {
  readonly value: string;
}
