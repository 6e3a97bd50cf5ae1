import { DirectoryId, GroupId, KeyId, type MemberRef, OrganizationId, RunId, UserId } from './ids.ts';

/** Sources of what a pure room may not make for itself. */
export interface Randomness {
  /** Milliseconds since 1970, UTC. */
  readonly now: () => number;
  /** Cryptographically secure random bytes. */
  readonly randomBytes: (count: number) => Uint8Array;
}

export const newOrganizationId = (from: Randomness) => OrganizationId.parse(`org_${timeOrdered(from)}`);
export const newDirectoryId = (from: Randomness) => DirectoryId.parse(`dir_${timeOrdered(from)}`);
export const newKeyId = (from: Randomness) => KeyId.parse(`key_${timeOrdered(from)}`);
export const newRunId = (from: Randomness) => RunId.parse(`run_${timeOrdered(from)}`);

/** UUID version 7, RFC 9562 §5.7: a list in id order is a list in creation order, so that new users never shift a page. */
export const newUserId = (from: Randomness) => UserId.parse(uuid(timeOrdered(from), '7'));

/** UUID version 8, RFC 9562 §5.8, laid out as version 7. */
export const newGroupId = (from: Randomness) => GroupId.parse(uuid(timeOrdered(from), '8'));

/** 32 hexadecimal digits: 48 bits of time, then 80 random bits. */
export function timeOrdered(from: Randomness): string {
  const time = from.now().toString(16).padStart(12, '0');
  return time + hex(from.randomBytes(10));
}

/** The member a `scim` directory's id names, or undefined when it cannot be an id of ours. Letter case is ignored. */
export function memberOf(text: string): MemberRef | undefined {
  const id = text.toLowerCase();
  if (!UserId.safeParse(id).success) return undefined;
  if (id[14] === '7') return { kind: 'user', id: UserId.parse(id) };
  if (id[14] === '8') return { kind: 'group', id: GroupId.parse(id) };
  return undefined;
}

function uuid(digits: string, version: string): string {
  const variant = ((Number.parseInt(digits[16] ?? '0', 16) & 3) | 8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    version + digits.slice(13, 16),
    variant + digits.slice(17, 20),
    digits.slice(20),
  ].join('-');
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
