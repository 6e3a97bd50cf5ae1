/** Bytes taken at once. */
const pieceBytes = 256 * 1024;

/**
 * Room for packed lists that come one after the other and soon go again: a first round packs two million of them, and memory in so
 * many pieces is slow to make and never whole again. A piece is free when nobody has one of its lists any more.
 */
export class PackingRoom {
  #piece = new Uint8Array(0);
  #used = 0;

  take(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.#used + bytes > this.#piece.length) {
      this.#piece = new Uint8Array(Math.max(bytes, pieceBytes));
      this.#used = 0;
    }
    const taken = this.#piece.subarray(this.#used, this.#used + bytes);
    this.#used += bytes;
    return taken;
  }
}
