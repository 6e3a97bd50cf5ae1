/** Bytes of a packed GUID. */
export const guidBytes = 16;

/**
 * Packs a GUID in the order of its text (RFC 9562 §4), so that bytes sort as text does. Letter case is ignored.
 * False, and nothing useful written, when `text` is not a GUID.
 */
export function packGuid(text: string, into: Uint8Array, offset: number): boolean {
  if (text.length !== 36) return false;
  let position = 0;
  let valid = 0;
  for (let byte = 0; byte < guidBytes; byte++) {
    if (byte === 4 || byte === 6 || byte === 8 || byte === 10) {
      if (text.charCodeAt(position) !== dash) return false;
      position++;
    }
    const high = digit(text.charCodeAt(position));
    const low = digit(text.charCodeAt(position + 1));
    valid |= high | low;
    into[offset + byte] = (high << 4) | low;
    position += 2;
  }
  return valid >= 0;
}

/** The GUID at `offset` in lower case. Made at once: text that is put together from pieces keeps them, 490 bytes of them. */
export function guidText(packed: Uint8Array, offset: number): string {
  const codes = onlyDashes.slice();
  for (let byte = 0; byte < guidBytes; byte++) {
    const value = packed[offset + byte] as number;
    const place = places[byte] as number;
    codes[place] = digitCodes[value >>> 4] as number;
    codes[place + 1] = digitCodes[value & 15] as number;
  }
  return String.fromCharCode(...codes);
}

/** Packs GUIDs one behind the other. Throws when one of them is none: ids are parsed at the edge. */
export function packGuids(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(texts.length * guidBytes);
  for (const [index, text] of texts.entries()) {
    if (!packGuid(text, packed, index * guidBytes)) throw new Error(`not a GUID: ${text.slice(0, 40)}`);
  }
  return packed;
}

/** The GUIDs of a packed list, in lower case. */
export function unpackGuids(packed: Uint8Array): string[] {
  const texts: string[] = [];
  for (let offset = 0; offset + guidBytes <= packed.length; offset += guidBytes) {
    texts.push(guidText(packed, offset));
  }
  return texts;
}

const dash = 45;

const onlyDashes: readonly number[] = Array.from({ length: 36 }, () => dash);

/** Where the text of each byte stands. */
const places: readonly number[] = Array.from(
  { length: guidBytes },
  (_, byte) => byte * 2 + Math.min(4, Math.max(0, (byte >> 1) - 1)),
);

const digitCodes: readonly number[] = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

const digits = Int8Array.from({ length: 256 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase());
  return value;
});

/** The value of a hexadecimal digit; negative for any other character, so that one test covers all. */
const digit = (code: number): number => (code < 256 ? (digits[code] as number) : -1);
