import { hexIds, packedHex, withChanges } from './sorted-ids.ts';

/** Ids of one chunk: the 64 KiB of a binary property. */
export const chunkIdsMax = 4096;

/** Members of one group and type lie in chunks; each holds the ids from its `from` up to the next chunk's. */
export interface MemberChunk {
  /** 32 hexadecimal digits; the first chunk's is `firstChunk`. */
  readonly from: string;
  readonly ids: Uint8Array;
}

export const firstChunk = '0'.repeat(32);

/** Where the ids of a change belong: the `from` of existing chunks, the first one for ids before all of them. */
export function touchedChunks(froms: readonly string[], ids: readonly string[]): ReadonlySet<string> {
  const touched = new Set<string>();
  for (const id of ids) touched.add(chunkFor(froms, id));
  return touched;
}

export interface ChunksChange {
  readonly write: readonly MemberChunk[];
  /** `from` of chunks that are empty now. */
  readonly drop: readonly string[];
}

/** What becomes of the touched chunks; `chunks` holds those of them that exist, `froms` every chunk's beginning, ascending. */
export function changeChunks(
  chunks: readonly MemberChunk[],
  froms: readonly string[],
  change: { readonly added: Uint8Array; readonly removed: Uint8Array },
): ChunksChange {
  const existing = new Map(chunks.map((chunk) => [chunk.from, chunk.ids]));
  const write: MemberChunk[] = [];
  const drop: string[] = [];
  const added = byChunk(froms, change.added);
  const removed = byChunk(froms, change.removed);
  for (const from of new Set([...added.keys(), ...removed.keys()])) {
    const before = existing.get(from) ?? new Uint8Array();
    const after = withChanges(before, packedHex(added.get(from) ?? []), packedHex(removed.get(from) ?? []));
    if (Buffer.compare(before, after) === 0) continue;
    if (after.length === 0) drop.push(from);
    else write.push(...split(from, after));
  }
  return { write, drop };
}

function byChunk(froms: readonly string[], packed: Uint8Array): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const id of hexIds(packed)) {
    const from = chunkFor(froms, id);
    const group = groups.get(from);
    if (group === undefined) groups.set(from, [id]);
    else group.push(id);
  }
  return groups;
}

/** The last chunk that begins at or before `id`. */
function chunkFor(froms: readonly string[], id: string): string {
  let low = 0;
  let high = froms.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((froms[middle] ?? '') <= id) low = middle + 1;
    else high = middle;
  }
  return froms[low - 1] ?? firstChunk;
}

/** A chunk that grew too long becomes several of three quarters, so that the next adds do not split again. */
function split(from: string, ids: Uint8Array): MemberChunk[] {
  if (ids.length <= chunkIdsMax * 16) return [{ from, ids }];
  const chunks: MemberChunk[] = [];
  const step = (chunkIdsMax * 3) / 4;
  const all = hexIds(ids);
  for (let start = 0; start < all.length; start += step) {
    const part = all.slice(start, start + step);
    chunks.push({ from: start === 0 ? from : (part[0] ?? from), ids: packedHex(part) });
  }
  return chunks;
}
