import { z } from 'zod';
import { GroupId, UserId } from '../model/ids.ts';
import type { JsonObject } from '../model/json.ts';

/** What a round keeps until it is made true. Written by one version of the code and read by a later one: schemas. */
const fields = z.record(z.string(), z.json()) as z.ZodType<JsonObject>;
const removal = z.enum(['changed', 'deleted']);
const packed = z.instanceof(Uint8Array);

export const MemberEntry = z.object({
  id: z.string(),
  type: z.enum(['user', 'group', 'device', 'contact', 'servicePrincipal', 'other']),
  removed: z.boolean(),
});

export const UserEntry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('present'), id: UserId, fields }),
  z.object({ kind: z.literal('removed'), id: UserId, reason: removal }),
]);

export const GroupEntry = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('present'),
    id: GroupId,
    fields,
    members: z.array(MemberEntry).exactOptional(),
  }),
  z.object({ kind: z.literal('removed'), id: GroupId, reason: removal }),
]);

/** A page as read, in the order of the stream; JSON of at most about 200 kB. */
export const StagedPage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('users'), items: z.array(UserEntry) }),
  z.object({ kind: z.literal('groups'), items: z.array(GroupEntry) }),
  z.object({ kind: z.literal('members'), items: z.array(MemberEntry) }),
]);
export type StagedPage = z.infer<typeof StagedPage>;

/**
 * What consumers of a nested directory are told. Keys are `{run}/{kind}/{number or id}`: the same run tells the same
 * entries whatever happened to it, so that a consumer that remembers keys handles each once.
 */
export const NestedOutboxEntry = z.object({
  key: z.string(),
  at: z.string(),
  change: z.discriminatedUnion('kind', [
    z.object({
      kind: z.enum(['user-created', 'user-changed', 'user-deleted']),
      user: UserId,
      version: z.int(),
    }),
    z.object({
      kind: z.enum(['group-created', 'group-changed', 'group-deleted']),
      group: GroupId,
      version: z.int(),
    }),
    /** Each of `groups` gained all of `added` and lost all of `removed`: packed ids, ascending. */
    z.object({
      kind: z.literal('effective-members-changed'),
      groups: packed,
      added: packed,
      removed: packed,
    }),
    /** More changed than is worth telling one by one, as on a first run: derive everything from the directory. */
    z.object({ kind: z.literal('everything-changed') }),
  ]),
});
export type NestedOutboxEntry = z.infer<typeof NestedOutboxEntry>;

/**
 * The decided net change of a round, in parts of at most 24,000 ids. The journal is the commit point: from here a run
 * only goes forward, and each part may be applied twice.
 */
export const JournalPart = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('users'),
    items: z.array(
      z.object({
        id: UserId,
        life: z.enum(['live', 'soft-deleted', 'gone']),
        counts: z.boolean(),
        inScope: z.boolean(),
        reason: z.string().exactOptional(),
      }),
    ),
  }),
  z.object({
    kind: z.literal('groups'),
    items: z.array(
      z.object({
        id: GroupId,
        life: z.enum(['live', 'soft-deleted', 'gone']),
        told: z.boolean(),
        held: z.boolean(),
      }),
    ),
  }),
  /** Direct members of some groups, each by one type and no group twice; `type` group is nesting. */
  z.object({
    kind: z.literal('members'),
    items: z.array(
      z.object({
        group: GroupId,
        type: MemberEntry.shape.type,
        added: packed,
        removed: packed,
        /** On a first run, all members that the group has but for groups. */
        isFirst: z.boolean().exactOptional(),
      }),
    ),
  }),
  /** Direct groups of some members that are no groups. */
  z.object({
    kind: z.literal('groups-of'),
    items: z.array(
      z.object({
        member: z.string(),
        added: packed,
        removed: packed,
        /** There are others of the same member. */
        isSlice: z.boolean().exactOptional(),
      }),
    ),
  }),
  /** Members that a group above its limit keeps, as many as a row takes: this slice of so many. */
  z.object({
    kind: z.literal('held'),
    group: GroupId,
    members: packed.exactOptional(),
    slice: z.object({ place: z.int(), of: z.int() }).exactOptional(),
  }),
  z.object({ kind: z.literal('outbox'), entry: NestedOutboxEntry }),
  z.object({ kind: z.literal('entries'), entries: z.array(NestedOutboxEntry) }),
]);
export type JournalPart = z.infer<typeof JournalPart>;
