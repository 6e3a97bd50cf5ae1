import { createHash } from 'node:crypto';
import { z } from 'zod';
import { GroupId, UserId } from '../model/ids.ts';
import type { Json, JsonObject } from '../model/json.ts';
import {
  type DeltaPage,
  type GroupEntry,
  groupFields,
  type ListPage,
  type MemberEntry,
  type MemberType,
  type RemovalReason,
  type UserEntry,
  userFields,
} from '../sync/graph-port.ts';
import { GraphFailure } from './graph-failure.ts';
import { followable } from './graph-links.ts';

/** A delta page; one with both links or none is malformed, as is a link that leaves the service. */
export function deltaPage<T>(json: unknown, serviceUrl: string, entry: (item: unknown) => T): DeltaPage<T> {
  const page = parsed(DeltaEnvelope, json);
  const next = page['@odata.nextLink'];
  const delta = page['@odata.deltaLink'];
  if ((next === undefined) === (delta === undefined)) {
    throw new GraphFailure('malformed', 'Graph answered with a delta page that has both links or none');
  }
  return {
    items: page.value.map(entry),
    fingerprint: createHash('sha256').update(JSON.stringify(page.value)).digest('base64url'),
    ...(next === undefined ? {} : { next: followable(next, serviceUrl) }),
    ...(delta === undefined ? {} : { delta: followable(delta, serviceUrl) }),
  };
}

/** A page of a list; without a nextLink it is the last. */
export function listPage<T>(
  json: unknown,
  serviceUrl: string,
  entry: (item: unknown) => T | readonly T[],
): ListPage<T> {
  const page = parsed(ListEnvelope, json);
  const next = page['@odata.nextLink'];
  return {
    items: page.value.flatMap(entry),
    ...(next === undefined ? {} : { next: followable(next, serviceUrl) }),
  };
}

export function userEntry(item: unknown): UserEntry {
  const entry = parsed(ObjectEntry, item);
  const id = parsed(UserId, entry.id);
  const removed = entry['@removed'];
  if (removed !== undefined) return { kind: 'removed', id, reason: reasonOf(removed) };
  return { kind: 'present', id, fields: fieldsOf(entry, userFields) };
}

export function groupEntry(item: unknown): GroupEntry {
  const entry = parsed(ObjectEntry, item);
  const id = parsed(GroupId, entry.id);
  const removed = entry['@removed'];
  if (removed !== undefined) return { kind: 'removed', id, reason: reasonOf(removed) };
  const fields = fieldsOf(entry, groupFields);
  const members = entry['members@delta'];
  if (members === undefined) return { kind: 'present', id, fields };
  return { kind: 'present', id, fields, members: parsed(MemberList, members).flatMap(memberEntries) };
}

/** What was deleted softly keeps its memberships; that it is gone for good has to be said. */
const reasonOf = ({ reason }: { readonly reason?: unknown }): RemovalReason =>
  typeof reason === 'string' && reason.toLowerCase() === 'deleted' ? 'deleted' : 'changed';

/**
 * A direct member, of `members@delta` or of a member list. Graph always says of what type; one without is told as user and as group, and
 * as what it is not it leads nowhere.
 */
export function memberEntries(item: unknown): readonly MemberEntry[] {
  const entry = parsed(Member, item);
  const said = entry['@odata.type']?.toLowerCase().replace(/^#/, '');
  const types = said === undefined ? (['user', 'group'] as const) : [memberTypes.get(said) ?? 'other'];
  return types.map((type) => ({ id: entry.id, type, removed: entry['@removed'] !== undefined }));
}

/** What Graph sent is as it is documented, or the page counts as unknown: never as empty. */
export function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.join('.') ?? '';
  throw new GraphFailure('malformed', `Graph answered in an undocumented shape at "${where.slice(0, 100)}"`, {
    cause: result.error,
  });
}

const lowerId = z.string().max(64).toLowerCase();

/** Null, as some serializers write it, is the word that there is none. */
const link = z
  .string()
  .min(1)
  .max(32_768)
  .nullish()
  .transform((text) => text ?? undefined);
const ListEnvelope = z.looseObject({ value: z.array(z.unknown()), '@odata.nextLink': link });
const DeltaEnvelope = ListEnvelope.extend({ '@odata.deltaLink': link });

const ObjectEntry = z.looseObject({
  id: lowerId,
  '@removed': z.looseObject({ reason: z.unknown() }).partial().optional(),
});

const MemberList = z.array(z.unknown());
const Member = z.looseObject({
  id: lowerId.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  '@odata.type': z.string().optional(),
  '@removed': z.looseObject({}).optional(),
});

const memberTypes: ReadonlyMap<string, MemberType> = new Map([
  ['microsoft.graph.user', 'user'],
  ['microsoft.graph.group', 'group'],
  ['microsoft.graph.device', 'device'],
  ['microsoft.graph.orgcontact', 'contact'],
  ['microsoft.graph.serviceprincipal', 'servicePrincipal'],
]);

/** Only what was asked for; a field that is not there stays out, null stays null. */
function fieldsOf(entry: Readonly<Record<string, unknown>>, names: readonly string[]): JsonObject {
  const fields: Record<string, Json> = {};
  for (const name of names) {
    if (name !== 'id' && Object.hasOwn(entry, name)) fields[name] = parsed(z.json(), entry[name]);
  }
  return fields;
}
