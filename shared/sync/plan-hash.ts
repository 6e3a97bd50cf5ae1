import type { JournalPart } from './round-records.ts';

/** SHA-256 over the hashes of all parts in order, outbox left out: the same change has the same hash in every run. */
export async function hashOf(
  parts: Iterable<JournalPart>,
): Promise<{ readonly hash: string; readonly count: number }> {
  const hashes: string[] = [];
  let count = 0;
  for (const part of parts) {
    count++;
    if (part.kind === 'outbox' || part.kind === 'entries') continue;
    const packed: Uint8Array[] = [];
    const text = JSON.stringify(part, (_, value) => {
      if (!(value instanceof Uint8Array)) return value;
      packed.push(value);
      return value.length;
    });
    hashes.push(await sha256(joined([new TextEncoder().encode(text), ...packed])));
  }
  const hash = (await sha256(new TextEncoder().encode(hashes.join()))).slice(0, 32);
  return { hash, count };
}

/** The lengths are in the text before them. */
function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of pieces) {
    all.set(piece, offset);
    offset += piece.length;
  }
  return all;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
