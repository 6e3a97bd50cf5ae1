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
    };
