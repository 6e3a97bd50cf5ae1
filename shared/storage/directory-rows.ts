import { z } from 'zod';
import type { DirectoryGroup, DirectoryUser, RawRecord } from '../model/directory-object.ts';
import { DirectoryId, GroupId, UserId } from '../model/ids.ts';
import type { JsonObject } from '../model/json.ts';
import type { RowProperties } from './batch.ts';

/** Version of the rows' shape; a row of another version is not read by this code. */
export const rowSchema = 1;

/** UTF-16 units of one text property; the service takes 32,768. */
const chunkUnits = 30_000;

const common = {
  partitionKey: DirectoryId,
  rowKey: z.string(),
  etag: z.string(),
  schema: z.literal(rowSchema),
};

const objectRow = {
  ...common,
  version: z.int().positive(),
  created: z.string(),
  modified: z.string(),
  /** Row keys of the object's index rows, as JSON. */
  index: z.string(),
  chunks: z.int().nonnegative(),
};

const UserRow = z.looseObject(objectRow);
const GroupRow = z.looseObject({ ...objectRow, stamp: z.string(), pending: z.string() });
const IndexKeys = z.array(z.string());
const Content = z.object({
  attributes: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null),
  raw: z.custom<RawRecord>((value) => typeof value === 'object' && value !== null),
});

/** What a store knows about an object it has read, beside the object itself. */
export interface RowFacts {
  readonly etag: string;
  readonly index: readonly string[];
  /** Key of the journal row of a membership change that is on its way; empty otherwise. */
  readonly pending: string;
}

export interface ReadObject<T> {
  readonly object: T;
  readonly facts: RowFacts;
}

export function userRow(user: DirectoryUser, index: readonly string[]): RowProperties {
  return { ...objectProperties(user, index) };
}

export function groupRow(group: DirectoryGroup, index: readonly string[], pending: string): RowProperties {
  return { ...objectProperties(group, index), stamp: group.membersStamp, pending };
}

export function parseUserRow(row: unknown): ReadObject<DirectoryUser> {
  const parsed = UserRow.parse(row);
  const { version, created, modified: lastModified, etag } = parsed;
  const object = {
    id: UserId.parse(parsed.rowKey.slice(2)),
    version,
    created,
    lastModified,
    ...contentOf(parsed),
  };
  return { object, facts: { etag, index: indexOf(parsed.index), pending: '' } };
}

export function parseGroupRow(row: unknown): ReadObject<DirectoryGroup> {
  const parsed = GroupRow.parse(row);
  const { version, created, modified: lastModified, etag, pending, stamp: membersStamp } = parsed;
  const object = {
    id: GroupId.parse(parsed.rowKey.slice(2)),
    version,
    membersStamp,
    created,
    lastModified,
    ...contentOf(parsed),
  };
  return { object, facts: { etag, index: indexOf(parsed.index), pending } };
}

/** The id an index row by name points to. */
export const NameRow = z.looseObject({ ...common, id: z.string() });

export const CounterRow = z.looseObject({ ...common, count: z.int() });

function objectProperties(object: DirectoryUser | DirectoryGroup, index: readonly string[]) {
  const { attributes, raw } = object;
  const text = JSON.stringify({ attributes, raw });
  const properties: Record<string, string | number> = {
    schema: rowSchema,
    version: object.version,
    created: object.created,
    modified: object.lastModified,
    index: JSON.stringify(index),
    chunks: Math.ceil(text.length / chunkUnits),
  };
  // A pair of surrogates may be parted: JSON carries each half, and reading puts them together again.
  for (let start = 0; start < text.length; start += chunkUnits) {
    properties[`d${start / chunkUnits}`] = text.slice(start, start + chunkUnits);
  }
  return properties;
}

function contentOf(row: { readonly chunks: number; readonly [name: string]: unknown }) {
  const parts = Array.from({ length: row.chunks }, (_, chunk) => z.string().parse(row[`d${chunk}`]));
  return Content.parse(JSON.parse(parts.join('')));
}

const indexOf = (json: string) => IndexKeys.parse(JSON.parse(json));
