import { guidBytes } from '../nesting/guid.ts';
import type { JournalPart } from './round-records.ts';

/**
 * Names what is done to whom, whatever order it was told in: Graph cuts and orders its pages as it likes, and the same change has the
 * same hash in every run. What follows from the rest is left out: what is told, and the reverse of memberships.
 */
export async function hashOf(
  parts: Iterable<JournalPart>,
): Promise<{ readonly hash: string; readonly count: number }> {
  const said = new Said();
  let count = 0;
  for (const part of parts) {
    count++;
    addPart(said, part);
  }
  return { hash: (await sha256(said.bytes)).slice(0, 32), count };
}

function addPart(said: Said, part: JournalPart): void {
  switch (part.kind) {
    case 'users':
    case 'groups':
      for (const item of part.items) said.add(`${part.kind} ${JSON.stringify(item)}`);
      return;
    case 'members':
      for (const { group, type, added, removed } of part.items) {
        said.addEach(`${group} ${type} +`, added);
        said.addEach(`${group} ${type} -`, removed);
      }
      return;
    case 'held':
      said.add(`held ${part.group} ${part.members === undefined}`);
      said.addEach(`held ${part.group}`, part.members ?? new Uint8Array(0));
      return;
    case 'groups-of':
    case 'outbox':
    case 'entries':
      return;
  }
}

/** The number of statements and their sum, of 128 bits each. They are about ids that Entra gave and nobody chose. */
class Said {
  readonly #sum = new Uint32Array(lanes);
  readonly #one = new Uint32Array(lanes);
  readonly #about = new Uint32Array(lanes);
  #count = 0;

  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(Uint32Array.of(this.#count, ...this.#sum).buffer);
  }

  add(statement: string): void {
    readText(statement, this.#one);
    this.#take();
  }

  /** One statement for each of the packed ids. */
  addEach(about: string, packed: Uint8Array): void {
    if (packed.length === 0) return;
    readText(about, this.#about);
    const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
    for (let offset = 0; offset < packed.length; offset += guidBytes) {
      this.#one.set(this.#about);
      for (let word = 0; word < lanes; word++)
        mix(this.#one, word, view.getUint32(offset + word * Uint32Array.BYTES_PER_ELEMENT));
      this.#take();
    }
  }

  #take(): void {
    const one = this.#one;
    for (let round = 0; round < lanes * 2; round++)
      mix(one, round % lanes, one[(round + 1) % lanes] as number);
    for (let lane = 0; lane < lanes; lane++) (this.#sum[lane] as number) += one[lane] as number;
    this.#count++;
  }
}

const lanes = 4;

function readText(text: string, into: Uint32Array): void {
  into.fill(text.length);
  for (let index = 0; index < text.length; index++) mix(into, index % lanes, text.charCodeAt(index));
}

/** Takes a word into one lane, and that lane into the next one. */
function mix(into: Uint32Array, lane: number, word: number): void {
  let mixed = Math.imul((into[lane] as number) ^ word, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
  mixed ^= mixed >>> 13;
  into[lane] = mixed;
  const next = (lane + 1) % lanes;
  into[next] = Math.imul((into[next] as number) ^ mixed, 0x9e3779b1) + lane + 1;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
