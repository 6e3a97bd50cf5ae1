import { z } from 'zod';
import { limits } from '../model/limits.ts';
import { Refusal } from '../model/refusal.ts';

/** Where a page begins: after this position, or before it when read backwards. */
export interface CursorPlace {
  readonly position: string;
  readonly backwards: boolean;
}

/** The list a cursor belongs to, as any text that tells lists apart; and now, in milliseconds since 1970. */
export interface CursorScope {
  readonly list: string;
  readonly now: number;
}

const Cursor = z.object({
  p: z.string().max(2048),
  b: z.boolean(),
  l: z.string(),
  e: z.number().int(),
});

/** An opaque cursor, RFC 9865 §2. It names a place in a list that its holder may read anyway, so that it needs no seal. */
export function cursorTo(place: CursorPlace, scope: CursorScope): string {
  const expires = Math.floor(scope.now / 1000) + limits.cursorLifeSeconds;
  const json = JSON.stringify({ p: place.position, b: place.backwards, l: digest(scope.list), e: expires });
  return btoa(encodeURIComponent(json)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Refusal `invalid-cursor` for what is no cursor of this list, `expired-cursor` after its time. */
export function placeOf(cursor: string, scope: CursorScope): CursorPlace {
  const parsed = Cursor.safeParse(jsonOf(cursor));
  if (!parsed.success || parsed.data.l !== digest(scope.list)) {
    throw new Refusal('invalid-cursor', 'The cursor is not one of this list; begin again without it.');
  }
  if (parsed.data.e < scope.now / 1000) {
    throw new Refusal('expired-cursor', `A cursor lives ${limits.cursorLifeSeconds} seconds; begin again.`);
  }
  return { position: parsed.data.p, backwards: parsed.data.b };
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(decodeURIComponent(atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))));
  } catch {
    // Not ours, whatever it is: the schema refuses `undefined`.
    return undefined;
  }
}

/** FNV-1a over UTF-16 units, twice from different seeds: 64 bits that tell queries apart, not a seal. */
function digest(text: string): string {
  return [0x811c9dc5, 0x01000193].map((seed) => fnv(text, seed).toString(36)).join('');
}

function fnv(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
