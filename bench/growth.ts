import type { Figure } from './measure.ts';

/** A figure of one request at one size of the directory. */
export interface SizedFigure extends Figure {
  readonly name: string;
  readonly users: number;
}

export interface Growth {
  readonly name: string;
  readonly ratio: number;
}

/** CPU per request at the most users to that at the fewest, for each request measured at two sizes at least: 1 is flat. */
export function growthOf(figures: readonly SizedFigure[]): readonly Growth[] {
  return [...new Set(figures.map(({ name }) => name))].flatMap((name) => {
    const own = figures.filter((figure) => figure.name === name);
    const [first, last] = [own[0], own.at(-1)];
    return first === undefined || last === undefined || own.length < 2
      ? []
      : [{ name, ratio: last.cpu / first.cpu }];
  });
}

export const growthHead = ['request', 'CPU at most / at least users'];

export const growthRows = (figures: readonly SizedFigure[]): readonly (readonly string[])[] =>
  growthOf(figures).map(({ name, ratio }) => [name, ratio.toFixed(2)]);
