import type { Adjacency } from './adjacency.ts';

export interface StrongComponents {
  /** Component of each row. Every edge leads to a component of a smaller or the same number. */
  readonly componentOf: Uint32Array;
  readonly count: number;
}

/**
 * Strongly connected components: the groups of one circle have the same effective members.
 * Tarjan's algorithm with its own stack; rows that are not `live` stand alone. O(rows + edges), any depth.
 */
export function strongComponents(graph: Adjacency, live: Uint8Array): StrongComponents {
  const walk = walkOf(graph, live);
  for (let start = 0; start < live.length; start++) {
    if (walk.found[start] === 0) visitFrom(walk, start);
  }
  return { componentOf: walk.componentOf, count: walk.count };
}

function visitFrom(walk: Walk, start: number): void {
  const { path } = walk;
  let depth = 0;
  path[0] = start;
  enter(walk, start);
  while (depth >= 0) {
    const row = path[depth] as number;
    const target = advance(walk, row);
    if (target >= 0) {
      enter(walk, target);
      path[++depth] = target;
      continue;
    }
    if (walk.lowest[row] === walk.found[row]) close(walk, row);
    depth--;
    if (depth >= 0) lower(walk.lowest, path[depth] as number, walk.lowest[row] as number);
  }
}

interface Walk {
  readonly graph: Adjacency;
  readonly live: Uint8Array;
  readonly componentOf: Uint32Array;
  /** 1-based order of discovery; 0 is not seen yet. */
  readonly found: Uint32Array;
  /** The earliest open row that is reachable. */
  readonly lowest: Uint32Array;
  readonly nextEdge: Uint32Array;
  /** Rows whose component is not closed yet, as a stack and as flags. */
  readonly open: Uint32Array;
  readonly isOpen: Uint8Array;
  /** The way from the start to the row at hand. */
  readonly path: Uint32Array;
  openCount: number;
  foundCount: number;
  count: number;
}

function walkOf(graph: Adjacency, live: Uint8Array): Walk {
  const rows = live.length;
  return {
    graph,
    live,
    componentOf: new Uint32Array(rows),
    found: new Uint32Array(rows),
    lowest: new Uint32Array(rows),
    nextEdge: new Uint32Array(rows),
    open: new Uint32Array(rows),
    isOpen: new Uint8Array(rows),
    path: new Uint32Array(rows),
    openCount: 0,
    foundCount: 0,
    count: 0,
  };
}

function enter(walk: Walk, row: number): void {
  walk.found[row] = walk.lowest[row] = ++walk.foundCount;
  walk.open[walk.openCount++] = row;
  walk.isOpen[row] = 1;
  walk.nextEdge[row] = walk.graph.offsets[row] ?? 0;
}

/** The next row to walk into from `row`, or -1 when all its edges are done. */
function advance(walk: Walk, row: number): number {
  const { graph, live, nextEdge } = walk;
  const end = live[row] === 1 ? (graph.offsets[row + 1] ?? 0) : 0;
  for (let edge = nextEdge[row] as number; edge < end; edge++) {
    const target = graph.targets[edge] as number;
    if (live[target] !== 1) continue;
    if (walk.found[target] === 0) {
      nextEdge[row] = edge + 1;
      return target;
    }
    if (walk.isOpen[target] === 1) lower(walk.lowest, row, walk.found[target] as number);
  }
  nextEdge[row] = end;
  return -1;
}

function close(walk: Walk, root: number): void {
  for (;;) {
    const row = walk.open[--walk.openCount] as number;
    walk.isOpen[row] = 0;
    walk.componentOf[row] = walk.count;
    if (row === root) break;
  }
  walk.count++;
}

function lower(lowest: Uint32Array, row: number, value: number): void {
  if (value < (lowest[row] as number)) lowest[row] = value;
}
