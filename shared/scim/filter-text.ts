import type { AttributePath, Filter } from './filter.ts';

/** A filter as text that `parseFilter` reads back to an equal tree. */
export function renderFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'compare':
      return `${renderPath(filter.path)} ${filter.operator} ${JSON.stringify(filter.value)}`;
    case 'present':
      return `${renderPath(filter.path)} pr`;
    case 'not':
      return `not (${renderFilter(filter.filter)})`;
    case 'value-path':
      return `${renderPath(filter.path)}[${renderFilter(filter.filter)}]`;
    case 'and':
    case 'or':
      return `${renderSide(filter.left, filter.kind === 'and' ? ['or'] : [])} ${filter.kind} ${renderSide(
        filter.right,
        filter.kind === 'and' ? ['or', 'and'] : ['or'],
      )}`;
  }
}

export function renderPath(path: AttributePath): string {
  const prefix = path.schema === undefined ? '' : `${path.schema}${path.attribute === '' ? '' : ':'}`;
  const brackets = path.valueFilter === undefined ? '' : `[${renderFilter(path.valueFilter)}]`;
  const suffix = path.subAttribute === undefined ? '' : `.${path.subAttribute}`;
  return `${prefix}${path.attribute}${brackets}${suffix}`;
}

/** `and` binds closer than `or`, and both read from the left: other trees need parentheses. */
const renderSide = (filter: Filter, looser: readonly Filter['kind'][]): string =>
  looser.includes(filter.kind) ? `(${renderFilter(filter)})` : renderFilter(filter);
