/** Numbers up to which a list is copied when it grows; a short list is not worth a reservation. */
const copiedMax = 65_536;
const grownBy = 65_536;
/** Addresses reserved for a long list, 134 million numbers; memory is taken as they are added. */
const reservedBytes = 2 ** 29;

/**
 * A list of numbers: ten million take 40 MB, also while it grows, and give them back when they are dropped and not some time later.
 * What is freed piece by piece between other things stays with the allocator.
 */
export class GrowingInts {
  #items: Uint32Array<ArrayBuffer> = new Uint32Array(256);
  #room = 256;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  push(item: number): void {
    if (this.#count === this.#room) this.#grow();
    this.#items[this.#count++] = item;
  }

  /** What was pushed, as a view; good until more is pushed or all is dropped. */
  get items(): Uint32Array<ArrayBuffer> {
    return this.#items.subarray(0, this.#count);
  }

  drop(): void {
    if (this.#items.buffer.resizable) this.#items.buffer.resize(0);
    this.#items = new Uint32Array(0);
    this.#room = 0;
    this.#count = 0;
  }

  #grow(): void {
    const { buffer } = this.#items;
    this.#room = this.#room < copiedMax ? Math.max(256, this.#room * 2) : this.#room + grownBy;
    if (buffer.resizable) buffer.resize(this.#room * 4);
    else this.#items = copied(this.#items, this.#room);
  }
}

function copied(items: Uint32Array, room: number): Uint32Array<ArrayBuffer> {
  const larger = room <= copiedMax ? new Uint32Array(room) : new Uint32Array(reserved(room));
  larger.set(items);
  return larger;
}

const reserved = (room: number) => new ArrayBuffer(room * 4, { maxByteLength: reservedBytes });
