import { deadFrom, type StoredKey } from '../access/directory-access.ts';
import { newSecret } from '../access/secret.ts';
import { limits } from '../model/limits.ts';
import { newKeyId, type Randomness } from '../model/new-ids.ts';

export interface MadeKey {
  /** Shown once. */
  readonly text: string;
  readonly stored: StoredKey;
}

export function makeScimKey(random: Randomness, expiresInDays: number = limits.keyLifeDaysDefault): MadeKey {
  const { text, prefix, hash } = newSecret('scim', random.randomBytes);
  const now = random.now();
  const expires = new Date(now + expiresInDays * 86_400_000).toISOString();
  return {
    text,
    stored: { id: newKeyId(random), prefix, hash, created: new Date(now).toISOString(), expires },
  };
}

/** The keys after a regeneration: those before die at once, or when the overlap ends; dead ones are dropped. */
export function keysAfter(
  before: readonly StoredKey[],
  made: StoredKey,
  terms: { readonly now: number; readonly overlapMinutes: number },
): StoredKey[] {
  const end = terms.now + terms.overlapMinutes * 60_000;
  const overlapping = terms.overlapMinutes === 0 ? [] : before.filter((key) => deadFrom(key) > terms.now);
  const kept = overlapping.slice(-keysOverlappingMax).map((key) => ({
    ...key,
    replacedFrom: new Date(Math.min(end, deadFrom(key))).toISOString(),
  }));
  return [...kept, made];
}

/** Keys that may be on their way out at a time. */
const keysOverlappingMax = 8;
