import type { Json } from '../model/json.ts';
import type { ResourceDraft } from './resource-draft.ts';
import type { ResourceKind } from './scim-directory.ts';

/**
 * The body of POST and PUT. Names come in any case, booleans also as text, the manager also as text or list;
 * read-only and unknown attributes are ignored, null, "" and [] mean unassigned.
 * Refusal `invalid-syntax` for a body that is no object, `invalid-value` naming attribute and reason, `too-large`.
 * `raw.body` is the body without `password` and without a group's `members`, which are kept as memberships.
 */
export declare function parseResource(kind: ResourceKind, body: Json): ResourceDraft;
