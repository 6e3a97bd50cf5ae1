import type { Adjacency } from '../nesting/adjacency.ts';
import type { Marks } from '../nesting/marks.ts';

/** Numbers for which memory is taken at once. */
const pieceLength = 262_144;

/**
 * Lists of numbers that are read one by one, in memory that they share: four bytes a number and eight a list, where each in an array of
 * its own takes two hundred more. They stay until all of them go.
 */
export class LoadedRows {
  /** A list longer than a piece has one of its own, which counts as many as it would fill. */
  readonly #pieces: Uint32Array[] = [];
  readonly #pieceLength: number;
  /** Where the next list may begin, over all pieces. */
  #free = 0;
  /** Of each row where its list begins, plus one, over all pieces; 0 for a row that was not read. And how long it is. */
  #begins = new Uint32Array(256);
  #lengths = new Uint32Array(256);
  #rows = 0;
  #targets = 0;

  constructor(length = pieceLength) {
    this.#pieceLength = length;
  }

  has(row: number): boolean {
    return (this.#begins[row] ?? 0) > 0;
  }

  /** The list of a row as a view, none for a row that was not read; good for as long as this is. */
  of(row: number): Uint32Array {
    const length = this.#lengths[row] ?? 0;
    if (length === 0) return none;
    const begin = (this.#begins[row] as number) - 1;
    const piece = this.#pieces[Math.floor(begin / this.#pieceLength)] as Uint32Array;
    const from = begin % this.#pieceLength;
    return piece.subarray(from, from + length);
  }

  /** Room for the list of a row that was not read, to be filled at once. */
  take(row: number, length: number): Uint32Array {
    if (row >= this.#begins.length) this.#makeRoomFor(row);
    this.#begins[row] = this.#placeOf(length) + 1;
    this.#lengths[row] = length;
    this.#rows = Math.max(this.#rows, row + 1);
    this.#targets += length;
    return this.of(row);
  }

  /** Of some numbers in which rows each of them is, ascending, for `into`; all rows are gone through twice for it. */
  turnSome(wanted: Marks, into: LoadedRows): void {
    const numbers = wanted.list.subarray(0, wanted.count);
    const found = new Uint32Array(wanted.size);
    this.#forEach((number) => {
      if (wanted.has(number)) found[number] = (found[number] as number) + 1;
    });
    for (const number of numbers) {
      into.take(number, found[number] as number);
      found[number] = 0;
    }
    this.#forEach((number, row) => {
      if (!wanted.has(number)) return;
      const place = found[number] as number;
      into.of(number)[place] = row;
      found[number] = place + 1;
    });
  }

  /** All lists from their other end: in which rows each number below `columns` is, ascending. */
  turned(columns: number): Adjacency {
    const offsets = new Uint32Array(columns + 1);
    this.#forEach((column) => {
      offsets[column + 1] = (offsets[column + 1] as number) + 1;
    });
    for (let column = 0; column < columns; column++)
      offsets[column + 1] = (offsets[column + 1] as number) + (offsets[column] as number);
    const free = offsets.slice(0, columns);
    const targets = new Uint32Array(this.#targets);
    this.#forEach((column, row) => {
      const place = free[column] as number;
      targets[place] = row;
      free[column] = place + 1;
    });
    return { offsets, targets };
  }

  /** Row by row. */
  #forEach(visit: (number: number, row: number) => void): void {
    for (let row = 0; row < this.#rows; row++) {
      const list = this.of(row);
      for (let index = 0; index < list.length; index++) visit(list[index] as number, row);
    }
  }

  /** Where so many numbers stand, one behind the other, over all pieces. */
  #placeOf(length: number): number {
    const all = this.#pieces.length * this.#pieceLength;
    if (length <= all - this.#free) {
      this.#free += length;
      return this.#free - length;
    }
    const own = Math.ceil(length / this.#pieceLength);
    const piece = new Uint32Array(own > 1 ? length : this.#pieceLength);
    for (let count = 0; count < own; count++) this.#pieces.push(piece);
    this.#free = own > 1 ? all + own * this.#pieceLength : all + length;
    return all;
  }

  #makeRoomFor(row: number): void {
    const room = Math.max(this.#begins.length * 2, row + 1);
    this.#begins = copied(this.#begins, room);
    this.#lengths = copied(this.#lengths, room);
  }
}

function copied(numbers: Uint32Array, room: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(room);
  larger.set(numbers);
  return larger;
}

const none = new Uint32Array(0);
