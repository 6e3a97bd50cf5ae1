import { createHash, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * Secrets that Rookery hands out: `rk_<purpose>_` + 8 characters that may be shown + 43 secret ones + 6 of checksum, all base 62.
 * The secret part carries 256 bits; the checksum lets scanners tell a leaked key from noise without asking us (T14).
 */
export interface NewSecret {
  /** The whole key. Shown once, never stored. */
  readonly text: string;
  /** Its beginning, fit for lists and logs. */
  readonly prefix: string;
  /** SHA-256 of the whole key, lower-case hexadecimal. */
  readonly hash: string;
}

export type SecretPurpose = 'scim' | 'admin';

/** `randomBytes` is cryptographically secure. */
export function newSecret(purpose: SecretPurpose, randomBytes: (count: number) => Uint8Array): NewSecret {
  const prefix = `rk_${purpose}_${base62(randomBytes(5), idCharacters)}`;
  const unchecked = prefix + base62(randomBytes(secretBytes), secretCharacters);
  const text = unchecked + checksum(unchecked);
  return { text, prefix, hash: secretHash(text) };
}

/** Whether a text has the form of a key of this purpose, checksum included: not whether it opens anything. */
export function isSecret(purpose: SecretPurpose, text: string): boolean {
  const form = new RegExp(
    `^rk_${purpose}_[0-9A-Za-z]{${idCharacters + secretCharacters + checksumCharacters}}$`,
  );
  return form.test(text) && checksum(text.slice(0, -checksumCharacters)) === text.slice(-checksumCharacters);
}

/** A key is 256 random bits, so a fast hash is enough (T14). */
export const secretHash = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** Compares two hashes in constant time. */
export function sameHash(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')];
  return left.length === right.length && left.length > 0 && timingSafeEqual(left, right);
}

const secretBytes = 32;
const idCharacters = 8;
const secretCharacters = 43;
const checksumCharacters = 6;
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const checksum = (text: string): string => digits(BigInt(crc32(text)), checksumCharacters);

const base62 = (bytes: Uint8Array, characters: number): string =>
  digits(BigInt(`0x${Buffer.from(bytes).toString('hex')}`), characters);

function digits(value: bigint, characters: number): string {
  let text = '';
  for (let rest = value; text.length < characters; rest /= 62n)
    text = (alphabet[Number(rest % 62n)] ?? '') + text;
  return text;
}
