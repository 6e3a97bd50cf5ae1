import type { DirectoryGroup, DirectoryUser, Membership } from '../model/directory-object.ts';
import type { DirectoryId, GroupId, MemberRef, UserId } from '../model/ids.ts';
import type { OutboxEntry } from './outbox.ts';

/**
 * The state of `scim` directories, in the words of their rules. Table Storage and memory implement it and pass one contract suite.
 * Each write is all or nothing, also when the process dies in the middle, and carries its outbox entry in the same transaction.
 */
export interface DirectoryStore {
  user(directory: DirectoryId, id: UserId): Promise<DirectoryUser | undefined>;
  group(directory: DirectoryId, id: GroupId): Promise<DirectoryGroup | undefined>;

  /** Users whose index holds `key`, in id order; at most two round trips. */
  usersBy(directory: DirectoryId, index: UserIndex, key: string): Promise<readonly DirectoryUser[]>;
  groupsBy(directory: DirectoryId, index: GroupIndex, key: string): Promise<readonly DirectoryGroup[]>;

  /** A page of at most `limit` users in `order`, after `after` (exclusive), forwards or backwards. */
  users(directory: DirectoryId, page: KeysetPage<UserOrder>): Promise<ObjectPage<DirectoryUser>>;
  groups(directory: DirectoryId, page: KeysetPage<GroupOrder>): Promise<ObjectPage<DirectoryGroup>>;

  /** The position key of the row at `offset` (0-based) in `order`, walking keys only from `from`; undefined past the end. */
  positionAt(directory: DirectoryId, walk: PositionWalk): Promise<string | undefined>;

  counts(directory: DirectoryId): Promise<{ readonly users: number; readonly groups: number }>;

  /** Inserts a user with its index rows; Refusal `uniqueness` when the name is held. Nothing is read first. */
  createUser(directory: DirectoryId, user: Indexed<DirectoryUser>): Promise<void>;
  /** Replaces `before` by `after` if `before` is still current; false when it is not. Refusal `uniqueness` on a taken name. */
  replaceUser(
    directory: DirectoryId,
    before: Indexed<DirectoryUser>,
    after: Indexed<DirectoryUser>,
  ): Promise<boolean>;
  /** Deletes a user, its index rows and its memberships; false when `current` is not current any more. */
  deleteUser(directory: DirectoryId, current: Indexed<DirectoryUser>, at: string): Promise<boolean>;

  /** Creates a group with its first members. Members that are not in the directory are left out and returned. */
  createGroup(
    directory: DirectoryId,
    group: Indexed<DirectoryGroup>,
    members: readonly MemberRef[],
  ): Promise<MembersOutcome>;
  /**
   * Applies an attribute change (when `after` is given) and a membership change as one. Undefined when `before` is stale,
   * which is looked at only if there is an attribute change or `exact` is set; otherwise the group need only exist.
   */
  changeGroup(directory: DirectoryId, change: GroupChange): Promise<MembersOutcome | undefined>;
  deleteGroup(directory: DirectoryId, current: Indexed<DirectoryGroup>, at: string): Promise<boolean>;

  /** Members in id order; a page of at most `limit`. */
  members(
    directory: DirectoryId,
    group: GroupId,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<MemberPage>;
  /** Which of `members` are direct members of `group`; point reads side by side. */
  membersAmong(
    directory: DirectoryId,
    group: GroupId,
    members: readonly MemberRef[],
  ): Promise<readonly MemberRef[]>;
  /** Groups that hold `member` directly. */
  groupsOf(directory: DirectoryId, member: MemberRef): Promise<readonly GroupId[]>;
  /** Every membership of a group in a group. Few: Entra sends them only for assigned nested groups. */
  nestingEdges(directory: DirectoryId): Promise<readonly Membership[]>;

  /** Entries after `after` in the order of their keys. */
  outbox(
    directory: DirectoryId,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<readonly OutboxEntry[]>;

  /** Carries to its end what a process that died left behind; `olderThan` in milliseconds since 1970. Idempotent. */
  completeInterrupted(directory: DirectoryId, olderThan: number): Promise<number>;
  /** Removes every row of the directory by pages; false while some are left. */
  deleteDirectory(directory: DirectoryId): Promise<boolean>;
}

export type UserIndex = 'userName' | 'externalId' | 'email';
export type GroupIndex = 'displayName' | 'externalId';

/** `position` is opaque to callers of the store: the row's id, or folded name and id. */
export type UserOrder = 'id' | 'userName';
export type GroupOrder = 'id' | 'displayName';

export interface KeysetPage<Order> {
  readonly order: Order;
  readonly after?: string;
  readonly backwards?: boolean;
  readonly limit: number;
}

export interface ObjectPage<T> {
  readonly items: readonly { readonly position: string; readonly object: T }[];
  readonly more: boolean;
}

export interface PositionWalk {
  readonly kind: 'user' | 'group';
  readonly order: UserOrder | GroupOrder;
  readonly from?: { readonly position: string; readonly offset: number };
  readonly offset: number;
}

/** An object with the keys its index rows are made of, folded where they compare without case. */
export interface Indexed<T> {
  readonly object: T;
  /** userName of a user, displayName of a group: folded, unique. */
  readonly name: string;
  readonly externalId?: string;
  /** Folded addresses of a user, without duplicates. */
  readonly emails: readonly string[];
}

export interface GroupChange {
  readonly before: Indexed<DirectoryGroup>;
  readonly after?: Indexed<DirectoryGroup>;
  readonly members: MembersChange;
  /** Fail when `before` is stale even if only members change (If-Match). */
  readonly exact: boolean;
  readonly at: string;
}

/** Disjoint sets; `replace` empties all that is not added, as of the moment of the write. */
export interface MembersChange {
  readonly replace: boolean;
  readonly add: readonly MemberRef[];
  readonly remove: readonly MemberRef[];
  /** How many members there were, when the change is a difference to all of them. */
  readonly before?: number;
}

export interface MembersOutcome {
  readonly added: number;
  readonly removed: number;
  /** Members that do not exist in the directory; nothing was stored for them. */
  readonly unknown: readonly MemberRef[];
  /** How many members there were, when that is known. */
  readonly before?: number | undefined;
  readonly group: DirectoryGroup;
}

export interface MemberPage {
  readonly members: readonly MemberRef[];
  /** `after` of the next page; absent at the end. */
  readonly next?: string;
}
