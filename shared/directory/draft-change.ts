import type { RawRecord } from '../model/directory-object.ts';
import type { JsonObject } from '../model/json.ts';
import { isSameJson } from '../model/same-json.ts';
import type { ResourceDraft } from '../scim/resource-draft.ts';
import { attributeAt } from '../scim/schema.ts';
import type { ResourceKind } from '../scim/scim-directory.ts';

interface Described {
  readonly attributes: JsonObject;
  readonly raw: RawRecord;
}

/**
 * Whether a PUT says anything new: other values, or other attributes that only the raw record keeps.
 * A resource sent back as it was read is no change.
 */
export function isNews(kind: ResourceKind, before: Described, draft: ResourceDraft): boolean {
  return !(
    isSameJson(before.attributes, draft.attributes) &&
    isSameJson(keptRawOnly(kind, before.raw.body), keptRawOnly(kind, draft.raw.body))
  );
}

/** What of a body no schema knows; `attributes` hold the rest. */
function keptRawOnly(kind: ResourceKind, body: JsonObject): JsonObject {
  const unknown = Object.entries(body).filter(
    ([name]) => !(name.includes(':') || attributeAt(kind, { attribute: name }) || isFrame(name)),
  );
  return Object.fromEntries(unknown);
}

const isFrame = (name: string) => ['schemas', 'id', 'meta', 'members', 'groups'].includes(name.toLowerCase());
