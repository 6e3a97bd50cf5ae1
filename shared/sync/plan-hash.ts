import type { JournalPart } from './round-records.ts';

/** SHA-256 over the hashes of all parts in order, outbox left out: the same change has the same hash in every run. */
export async function hashOf(
  parts: Iterable<JournalPart>,
): Promise<{ readonly hash: string; readonly count: number }> {
  const hashes: string[] = [];
  const said = new Said();
  let count = 0;
  for (const part of parts) {
    count++;
    if (part.kind === 'outbox' || part.kind === 'entries') continue;
    hashes.push(await sha256(said.by(part)));
  }
  const hash = (await sha256(new TextEncoder().encode(hashes.join()))).slice(0, 32);
  return { hash, count };
}

/** What a part says, as bytes: its text, in which stand the lengths of the packed ids behind it. One memory serves all parts. */
class Said {
  readonly #encoder = new TextEncoder();
  #bytes = new Uint8Array(64 * 1024);

  by(part: JournalPart): Uint8Array<ArrayBuffer> {
    const packed: Uint8Array[] = [];
    const text = JSON.stringify(part, (_, value) => {
      if (!(value instanceof Uint8Array)) return value;
      packed.push(value);
      return value.length;
    });
    const lengths = packed.reduce((sum, { length }) => sum + length, 0);
    const most = text.length * bytesPerUnitMax + lengths;
    if (most > this.#bytes.length) this.#bytes = new Uint8Array(most * 2);
    let end = this.#encoder.encodeInto(text, this.#bytes).written;
    for (const piece of packed) {
      this.#bytes.set(piece, end);
      end += piece.length;
    }
    return this.#bytes.subarray(0, end);
  }
}

/** UTF-8 of a UTF-16 unit. */
const bytesPerUnitMax = 3;

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
