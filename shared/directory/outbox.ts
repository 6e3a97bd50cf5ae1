import type { GroupId, MemberRef, UserId } from '../model/ids.ts';

/** What happened in a directory, in the transaction in which it happened. Consumers may see an entry twice. */
export interface OutboxEntry {
  /** Sorts by time; opaque. */
  readonly key: string;
  /** RFC 3339. */
  readonly at: string;
  readonly change: DirectoryChange;
}

export type DirectoryChange =
  | {
      readonly kind: 'user-created' | 'user-changed' | 'user-deleted';
      readonly user: UserId;
      readonly version: number;
    }
  | {
      readonly kind: 'group-created' | 'group-changed' | 'group-deleted';
      readonly group: GroupId;
      readonly version: number;
    }
  | {
      readonly kind: 'members-changed';
      readonly group: GroupId;
      readonly added: readonly MemberRef[];
      readonly removed: readonly MemberRef[];
      /** Absent in entries that were written before it was kept. */
      readonly request?: MembersRequest | undefined;
    };

/** The change of a group's members that an entry is a part of: one request, however many entries it took (XE-06). */
export interface MembersRequest {
  /** The same in all entries of the request; opaque. */
  readonly id: string;
  /** What the whole request was to do when its first entry was written. */
  readonly adds: number;
  readonly removes: number;
  /** Members that there were, where they were read anyway: a replacement does, single adds and removes do not. */
  readonly before?: number | undefined;
}
