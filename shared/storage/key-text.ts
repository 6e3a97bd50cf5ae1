import { createHash } from 'node:crypto';

/** Encoded text longer than this is cut and hashed. */
const textUnitsMax = 380;
const cutUnits = 300;

/**
 * Any text as a part of a row key: ASCII without what tables forbid (`/ \ # ? %`, controls) and without `|`; injective, and in the
 * order of code points. What stands between two kept characters is led by a sign that sorts between them:
 * `!` below `-`, `.` for `.` and `/`, `:` for `:` to `?`, `A` for `A` to `^`, `` ` ``, and `~` above `z`.
 * Longer texts are cut and a SHA-256 is put behind `}`, which no shorter one holds.
 */
export function keyText(text: string): string {
  let key = '';
  for (const character of text) key += codeOf(character);
  if (key.length <= textUnitsMax) return key;
  return `${key.slice(0, cutUnits)}}${createHash('sha256').update(key).digest('hex')}`;
}

/** The text of a key; undefined when it was cut. */
export function textOfKey(key: string): string | undefined {
  if (key.includes('}')) return undefined;
  return key.replace(/~([0-9a-f]{6})|[!.:A`]([0-9a-f]{2})/g, (_, wide?: string, narrow?: string) =>
    String.fromCodePoint(Number.parseInt(wide ?? narrow ?? '', 16)),
  );
}

function codeOf(character: string): string {
  if (/^[-0-9@_a-z]$/.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code > 0x7a) return `~${code.toString(16).padStart(6, '0')}`;
  return leadOf(code) + code.toString(16).padStart(2, '0');
}

function leadOf(code: number): string {
  if (code < 0x2d) return '!';
  if (code < 0x30) return '.';
  if (code < 0x40) return ':';
  return code < 0x5f ? 'A' : '`';
}
