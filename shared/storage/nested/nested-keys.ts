import type { GroupId, RunId } from '../../model/ids.ts';
import type { MemberType } from '../../sync/graph-port.ts';
import type { StagedKey } from '../../sync/nested-store.ts';

/** Row keys of a `nested` directory in its partition of table `directory`. */
export const nestedPrefix = {
  user: 'u|',
  group: 'g|',
  /** How many direct members a group has, and its child groups. */
  facts: 'f|',
  /** Packed direct members. */
  members: 'p|',
  /** Packed direct groups of a member. */
  reverse: 'r|',
  /** Packed members that a group above its limit keeps. */
  held: 'k|',
  staged: 't|',
  journal: 'w|',
  outbox: 'o|',
  run: 's|run|',
  cancel: 's|cancel|',
  /** Packed ids of who is assigned, where they are many. */
  assigned: 's|assigned|',
} as const;

/** State, lease, checkpoints and orders. */
export const runStatePrefix = 's|';
export const leaseKey = 's|lease';
export const stateKey = 's|state';

export const userRowKey = (id: string) => `${nestedPrefix.user}${id}`;
export const groupRowKey = (id: string) => `${nestedPrefix.group}${id}`;
export const factsKey = (id: string) => `${nestedPrefix.facts}${id}`;
export const reverseRowKey = (member: string) => `${nestedPrefix.reverse}${member}`;
export const runKey = (run: RunId) => `${nestedPrefix.run}${run}`;

/** There when the run was asked to stop. */
export const cancelKey = (run: RunId) => `${nestedPrefix.cancel}${run}`;

/** Chunks of one group and type; a chunk's key ends in the least id it may hold. */
export const chunksOf = (group: GroupId, type: MemberType) => `${nestedPrefix.members}${group}|${type}|`;
export const allChunksOf = (group: GroupId) => `${nestedPrefix.members}${group}|`;
const memberTypes: readonly MemberType[] = [
  'user',
  'group',
  'device',
  'contact',
  'servicePrincipal',
  'other',
];

/** The type that the key of a chunk names; none for a type that nobody knows. */
export function typeInKey(rowKey: string): readonly MemberType[] {
  const [, , name] = rowKey.split('|');
  return memberTypes.filter((known) => known === name);
}

export const heldOf = (group: GroupId) => `${nestedPrefix.held}${group}|`;

export const stagedOf = (run: RunId) => `${nestedPrefix.staged}${run}|`;
/** A slash is forbidden in keys; streams are named by us and have no exclamation mark. */
export const stagedKey = ({ run, stream, page }: StagedKey) =>
  `${stagedOf(run)}${stream.replaceAll('/', '!')}|${number(page)}`;

export const journalOf = (run: RunId) => `${nestedPrefix.journal}${run}|`;
export const journalPartKey = (run: RunId, part: number) => `${journalOf(run)}${number(part)}`;

export const outboxRowKey = (key: string) => `${nestedPrefix.outbox}${key.replaceAll('/', '!')}`;

const number = (value: number) => String(value).padStart(8, '0');
