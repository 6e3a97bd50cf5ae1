import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { Refusal } from '../model/refusal.ts';
import { locate, pathOfKey } from './bodies/locate.ts';
import { readMemberIds } from './bodies/members.ts';
import { checkSize, objectWithoutSecrets } from './bodies/raw.ts';
import { checkTexts, isUnassigned, readValue, wrongType } from './bodies/read-value.ts';
import type { MemberDraft, ResourceDraft } from './resource-draft.ts';
import { type AttributeLocation, attributeAt, isExtensionOf, mainSchemaOf } from './schema.ts';
import type { SchemaAttribute } from './schemas/attribute.ts';
import type { ResourceKind } from './scim-directory.ts';

/**
 * The body of POST and PUT. Names come in any case, booleans also as text, the manager also as text or list;
 * read-only and unknown attributes are ignored, null, "" and [] mean unassigned.
 * Refusal `invalid-syntax` for a body that is no object, `invalid-value` naming attribute and reason, `too-large`.
 * `raw.body` is the body without `password` and without a group's `members`, which are kept as memberships.
 */
export function parseResource(kind: ResourceKind, body: Json): ResourceDraft {
  if (!isJsonObject(body))
    throw new Refusal('invalid-syntax', `The body must be an object that is a ${kind}.`);
  const draft: Draft = { kind, attributes: {} };
  for (const [key, value] of Object.entries(body)) {
    if (key.includes(':')) readQualified(draft, key, value);
    else readBare(draft, key, value);
  }
  checkRequired(draft);
  const { attributes, members } = draft;
  const raw = { body: rawBody(kind, body), patched: {} };
  checkSize({ attributes, raw });
  return { attributes, ...(members && { members }), raw };
}

interface Draft {
  readonly kind: ResourceKind;
  readonly attributes: Record<string, Json>;
  members?: readonly MemberDraft[];
}

function readBare(draft: Draft, key: string, value: Json): void {
  const location = attributeAt(draft.kind, { attribute: key });
  // An enterprise attribute without its URN is unknown in a body, RFC 7643 §3.3; Entra's old samples send such.
  if (location?.kind !== 'attribute' || location.extension !== undefined) return;
  readCore(draft, location.attribute, value);
}

function readCore(draft: Draft, of: SchemaAttribute, value: Json): void {
  if (of.name === 'members') draft.members = readMemberIds(value).map((id) => ({ value: id }));
  else if (isKept(of)) assign(draft.attributes, of, { value, at: of.name });
}

/** What a client may set and we keep: not `id`, `meta`, `groups`, `schemas` or `password`. */
const isKept = (of: SchemaAttribute): boolean =>
  of.mutability !== 'readOnly' && of.mutability !== 'writeOnly' && of.name !== 'schemas';

function readQualified(draft: Draft, key: string, value: Json): void {
  const path = pathOfKey(key);
  const location = path && locate(draft.kind, path, value);
  if (path === undefined || location === undefined || path.valueFilter || path.subAttribute) return;
  if (location.kind === 'custom') readCustom(draft, location.urn, { [location.attribute]: value });
  else if (location.kind === 'attribute') readQualifiedAttribute(draft, location, value);
  else if (isExtensionOf(draft.kind, location.urn)) readExtension(draft, location.urn, value);
  else readCustom(draft, location.urn, value);
}

function readQualifiedAttribute(draft: Draft, location: AttributeLocation, value: Json): void {
  const { attribute: of, extension } = location;
  if (extension === undefined) readCore(draft, of, value);
  else readExtension(draft, extension, { [of.name]: value });
}

/** The enterprise extension. */
function readExtension(draft: Draft, urn: string, value: Json): void {
  if (isUnassigned(value)) return;
  if (!isJsonObject(value)) throw wrongType(urn, 'an object', value);
  const fields: Record<string, Json> = { ...objectAt(draft, urn) };
  for (const [name, inner] of Object.entries(value)) {
    const location = attributeAt(draft.kind, { schema: urn, attribute: name });
    if (location?.kind !== 'attribute') continue;
    assign(fields, location.attribute, { value: inner, at: `${urn}:${location.attribute.name}` });
  }
  if (Object.keys(fields).length > 0) draft.attributes[urn] = fields;
}

/** An extension that only the client knows: kept as it is. */
function readCustom(draft: Draft, urn: string, value: Json): void {
  if (!isJsonObject(value)) return;
  const fields = Object.entries(objectWithoutSecrets(value)).filter(([, inner]) => !isUnassigned(inner));
  for (const [name, inner] of fields) checkTexts(inner, `${urn}:${name}`);
  if (fields.length > 0) draft.attributes[urn] = { ...objectAt(draft, urn), ...Object.fromEntries(fields) };
}

function objectAt(draft: Draft, urn: string): JsonObject {
  const found = draft.attributes[urn];
  return isJsonObject(found) ? found : {};
}

function assign(
  to: Record<string, Json>,
  of: SchemaAttribute,
  { value, at }: { readonly value: Json; readonly at: string },
): void {
  const read = readValue(of, value, at);
  if (read !== undefined) to[of.name] = read;
}

function checkRequired({ kind, attributes }: Draft): void {
  const missing = mainSchemaOf[kind].attributes.find(
    ({ name, required }) => required && !Object.hasOwn(attributes, name),
  );
  if (missing) throw new Refusal('invalid-value', `${missing.name} is required.`);
}

function rawBody(kind: ResourceKind, body: JsonObject): JsonObject {
  const kept = kind === 'Group' ? Object.entries(body).filter(([key]) => !isMembers(key)) : undefined;
  return objectWithoutSecrets(kept ? Object.fromEntries(kept) : body);
}

const isMembers = (key: string): boolean => /(^|:)members$/i.test(key);
