import { z } from 'zod';
import { GroupId, UserId } from '../../model/ids.ts';
import type { JsonObject } from '../../model/json.ts';
import type { NestedGroup, NestedUser } from '../../sync/nested-store.ts';
import type { RowProperties } from '../batch.ts';
import { rowSchema } from '../directory-rows.ts';
import { packValue, unpackValue } from './packed-value.ts';

/** UTF-16 units of one text property; the service takes 32,768. */
const chunkUnits = 30_000;

const JsonFields = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null);

const Life = z.enum(['live', 'soft-deleted', 'gone']);

const common = {
  version: z.int().positive(),
  created: z.string(),
  lastModified: z.string(),
  life: Life,
  lifeSince: z.string(),
  fields: JsonFields,
  attributes: JsonFields,
};

const StoredUser = z.object({
  id: UserId,
  ...common,
  standing: z.object({
    counts: z.boolean(),
    inScope: z.boolean(),
    reason: z
      .enum([
        'deleted',
        'unverified-domain',
        'domain-not-chosen',
        'guest-excluded',
        'foreign-member',
        'not-in-scope',
      ])
      .exactOptional(),
  }),
});

const StoredGroup = z.object({ id: GroupId, ...common, told: z.boolean(), held: z.boolean() });

/** `counts` is a column of its own, so that the users who count can be listed without reading their fields. */
export const nestedUserRow = (user: NestedUser): RowProperties => ({
  ...jsonRow(user),
  counts: user.standing.counts,
});

/** Life and standing are columns of their own: how groups nest is read without their fields. */
export const nestedGroupRow = (group: NestedGroup): RowProperties => ({
  ...jsonRow(group),
  life: group.life,
  told: group.told,
  held: group.held,
});

export const parseNestedUser = (row: unknown): NestedUser => StoredUser.parse(jsonOf(row));
export const parseNestedGroup = (row: unknown): NestedGroup => StoredGroup.parse(jsonOf(row));

export const GroupStandingRow = z.looseObject({
  rowKey: z.string(),
  life: Life,
  told: z.boolean(),
  held: z.boolean(),
});

export const FactsRow = z.looseObject({
  rowKey: z.string(),
  schema: z.literal(rowSchema),
  users: z.int(),
  others: z.int(),
});

export const LeaseRow = z.looseObject({
  etag: z.string(),
  schema: z.literal(rowSchema),
  holder: z.string(),
  epoch: z.int(),
  /** Milliseconds since 1970 as text: more than a 32-bit number. */
  until: z.string(),
});

/** Any value as one row: text where it is short, else compressed. */
export function jsonRow(value: unknown): RowProperties {
  const text = JSON.stringify(value);
  const isShort = text.length <= chunkUnits;
  return { schema: rowSchema, ...(isShort ? { chunks: 1, d0: text } : packValue(value)) };
}

/** The value of a row made by `jsonRow`, in this release or an earlier one, which knew only text; its shape is for a schema to check. */
export function jsonOf(row: unknown): unknown {
  const { chunks, ...properties } = JsonRow.parse(row);
  if (chunks === undefined) return unpackValue(properties);
  const parts = Array.from({ length: chunks }, (_, chunk) => z.string().parse(properties[`d${chunk}`]));
  return JSON.parse(parts.join(''));
}

const JsonRow = z.looseObject({ schema: z.literal(rowSchema), chunks: z.int().nonnegative().optional() });
