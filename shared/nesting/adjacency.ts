/**
 * A graph in compressed rows: the neighbours of `row` are `targets[offsets[row]] … targets[offsets[row + 1] - 1]`,
 * each once. Both arrays hold numbers of an interning table.
 */
export interface Adjacency {
  readonly offsets: Uint32Array;
  readonly targets: Uint32Array;
}

export interface Edges {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

export const noEdges: Edges = { from: new Uint32Array(0), to: new Uint32Array(0) };
export const noRows: Adjacency = { offsets: new Uint32Array(1), targets: new Uint32Array(0) };

/** Compressed rows of an edge list in any order; duplicates fall together. O(rows + columns + edges). */
export function adjacency(edges: Edges, shape: { rows: number; columns: number }): Adjacency {
  return distinct(sortedByRow(edges, shape.rows), shape.columns);
}

/** The same edges seen from their other end; rows come out ascending. Few edges of many columns are sorted, many are counted. */
export function transposed(rows: Adjacency, columns: number): Adjacency {
  return rows.targets.length * 16 < columns ? sortedByTarget(rows, columns) : countedByTarget(rows, columns);
}

function countedByTarget({ offsets, targets }: Adjacency, columns: number): Adjacency {
  const starts = countedStarts(targets, columns);
  const free = starts.slice(0, columns);
  const sources = new Uint32Array(targets.length);
  for (let row = 0; row + 1 < offsets.length; row++) {
    const end = offsets[row + 1] as number;
    for (let edge = offsets[row] as number; edge < end; edge++) {
      const column = targets[edge] as number;
      const place = free[column] as number;
      sources[place] = row;
      free[column] = place + 1;
    }
  }
  return { offsets: starts, targets: sources };
}

function sortedByTarget(rows: Adjacency, columns: number): Adjacency {
  const { from, to } = edgesOf(rows);
  const order = Uint32Array.from(to.keys()).sort(
    (one, other) => (to[one] as number) - (to[other] as number) || one - other,
  );
  const offsets = new Uint32Array(columns + 1);
  let filled = 0;
  for (const [place, edge] of order.entries()) {
    const column = to[edge] as number;
    offsets.fill(place, filled, column + 1);
    filled = column + 1;
  }
  offsets.fill(order.length, filled);
  return { offsets, targets: Uint32Array.from(order, (edge) => from[edge] as number) };
}

/** Neighbours of a row as a view; none for a row that the graph does not have. */
export function rowOf({ offsets, targets }: Adjacency, row: number): Uint32Array {
  return row + 1 < offsets.length ? targets.subarray(offsets[row], offsets[row + 1]) : none;
}

/** The edges of a graph as a list. */
export function edgesOf({ offsets, targets }: Adjacency): Edges {
  const from = new Uint32Array(targets.length);
  for (let row = 0; row + 1 < offsets.length; row++) {
    const end = offsets[row + 1] as number;
    for (let edge = offsets[row] as number; edge < end; edge++) from[edge] = row;
  }
  return { from, to: targets };
}

const none = new Uint32Array(0);

/** Edges row by row, each row in the order of the list; duplicates stay. O(rows + edges). */
export function sortedByRow({ from, to }: Edges, rows: number): Adjacency {
  const offsets = countedStarts(from, rows);
  const free = offsets.slice(0, rows);
  const targets = new Uint32Array(from.length);
  for (let edge = 0; edge < from.length; edge++) {
    const row = from[edge] as number;
    const place = free[row] as number;
    targets[place] = to[edge] as number;
    free[row] = place + 1;
  }
  return { offsets, targets };
}

/** Where each row starts when its entries are laid out one row after the other. */
export function countedStarts(rowOfEach: Uint32Array, rows: number): Uint32Array {
  const offsets = new Uint32Array(rows + 1);
  for (let entry = 0; entry < rowOfEach.length; entry++) {
    const next = (rowOfEach[entry] as number) + 1;
    offsets[next] = (offsets[next] as number) + 1;
  }
  for (let row = 0; row < rows; row++) {
    offsets[row + 1] = (offsets[row + 1] as number) + (offsets[row] as number);
  }
  return offsets;
}

function distinct({ offsets, targets }: Adjacency, columns: number): Adjacency {
  const seenIn = new Uint32Array(columns);
  const kept = new Uint32Array(offsets.length);
  let count = 0;
  for (let row = 0; row + 1 < offsets.length; row++) {
    const end = offsets[row + 1] as number;
    for (let edge = offsets[row] as number; edge < end; edge++) {
      const target = targets[edge] as number;
      if (seenIn[target] === row + 1) continue;
      seenIn[target] = row + 1;
      targets[count++] = target;
    }
    kept[row + 1] = count;
  }
  return { offsets: kept, targets: count === targets.length ? targets : targets.subarray(0, count) };
}
