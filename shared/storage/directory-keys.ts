import type { GroupId, MemberRef, UserId } from '../model/ids.ts';
import { keyText } from './key-text.ts';

/** Kinds of rows in a directory's partition of table `directory`, by the prefix of the row key. */
export const rowPrefix = {
  user: 'u|',
  userName: 'n|',
  userExternalId: 'x|u|',
  groupExternalId: 'x|g|',
  email: 'e|',
  group: 'g|',
  displayName: 'd|',
  member: 'm|',
  reverse: 'r|',
  nesting: 'h|',
  counter: 'c|',
  outbox: 'o|',
  journal: 'j|',
  /** Sync state, lease, cursors. */
  sync: 's|',
  /** Packed members of a `nested` directory. */
  packed: 'p|',
} as const;

export const userKey = (id: UserId) => `${rowPrefix.user}${id}`;
export const groupKey = (id: GroupId) => `${rowPrefix.group}${id}`;
export const objectKey = (member: MemberRef) =>
  member.kind === 'user' ? userKey(member.id) : groupKey(member.id);

export const userNameKey = (folded: string) => `${rowPrefix.userName}${keyText(folded)}`;
export const displayNameKey = (folded: string) => `${rowPrefix.displayName}${keyText(folded)}`;
export const emailKey = (folded: string, id: string) => `${rowPrefix.email}${keyText(folded)}|${id}`;
export const externalIdKey = (kind: 'user' | 'group', text: string, id: string) =>
  `${kind === 'user' ? rowPrefix.userExternalId : rowPrefix.groupExternalId}${keyText(text)}|${id}`;

export const memberKey = (group: string, member: string) => `${rowPrefix.member}${group}|${member}`;
export const reverseKey = (member: string, group: string) => `${rowPrefix.reverse}${member}|${group}`;
export const nestingKey = (group: string, child: string) => `${rowPrefix.nesting}${group}|${child}`;
export const outboxKey = (stamp: string) => `${rowPrefix.outbox}${stamp}`;
export const journalKey = (stamp: string) => `${rowPrefix.journal}${stamp}`;
export const counterKey = (kind: 'user' | 'group', shard: number) =>
  `${rowPrefix.counter}${kind}|${shard.toString().padStart(2, '0')}`;

/** The last part of a row key. */
export const lastPart = (rowKey: string) => rowKey.slice(rowKey.lastIndexOf('|') + 1);

/** `RowKey` range of a prefix. Every key is ASCII below `}`, but for the sign of cut names, which never comes first. */
export const endOf = (prefix: string) =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
