import { isRecord, type Value } from '../bicep-file.ts';
import type { Shape } from './shape.ts';

type Variables = ReadonlyMap<string, Value>;

/**
 * Where a value, with the quotes of its strings kept, does not have its shape: `path: what is wrong`. An expression is followed
 * into the words and lists that it chooses from and into variables, not into what a function or a parameter yields.
 */
export function mismatches(
  value: Value,
  shape: Shape,
  path: string,
  variables: Variables,
): readonly string[] {
  if (shape === 'any') return [];
  if (typeof value === 'string') return ofText(value, shape, path, variables);
  if (typeof shape === 'string' || 'oneOf' in shape) return [`${path}: takes no object or list`];
  if (Array.isArray(value)) {
    if (!('listOf' in shape)) return [`${path}: takes no list`];
    return value.flatMap((item, index) => mismatches(item, shape.listOf, `${path}[${index}]`, variables));
  }
  if (!('has' in shape) || !isRecord(value)) return [`${path}: takes no object`];
  return [
    ...missing(value, shape.has).map((name) => `${path}: needs ${name}`),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const property = propertyOf(shape.has, name);
      return property === undefined
        ? [`${path}: has no property ${name}`]
        : mismatches(inner, property, `${path}.${name}`, variables);
    }),
  ];
}

interface Properties {
  readonly [property: string]: Shape;
}

const propertyOf = (has: Properties, name: string): Shape | undefined => has[name] ?? has[`${name}!`];

const missing = (value: { readonly [name: string]: Value }, has: Properties): readonly string[] =>
  Object.keys(has)
    .filter((key) => key.endsWith('!') && value[key.slice(0, -1)] === undefined)
    .map((key) => key.slice(0, -1));

function ofText(
  text: string,
  shape: Exclude<Shape, 'any'>,
  path: string,
  variables: Variables,
): readonly string[] {
  if (typeof shape === 'object' && !('oneOf' in shape)) return ofExpression(text, shape, path, variables);
  const given = kindOf(text);
  if (typeof shape === 'string')
    return given === 'expression' || given === shape ? [] : [`${path}: ${text} is no ${shape}`];
  if (given !== 'string' && given !== 'expression') return [`${path}: ${text} is no string`];
  const words = given === 'string' ? [text.slice(1, -1)] : branches(text);
  return words
    .filter((word) => !shape.oneOf.includes(word))
    .map((word) => `${path}: ${word} is not one of ${shape.oneOf.join(', ')}`);
}

const kindOf = (text: string): 'string' | 'bool' | 'int' | 'expression' => {
  if (/^'[^']*'$/.test(text)) return 'string';
  if (/^(true|false)$/.test(text)) return 'bool';
  return /^-?\d+$/.test(text) ? 'int' : 'expression';
};

/** The words that `condition ? 'a' : 'b'` chooses from. */
const branches = (text: string): readonly string[] =>
  [...text.matchAll(/[?:]\s*'([^']*)'/g)].map(([, word = '']) => word);

/** A list or object chosen by a condition, joined or made in a loop: the names of what is written out in it, and the variables it is made of. */
function ofExpression(
  text: string,
  shape: Exclude<Shape, string>,
  path: string,
  variables: Variables,
): readonly string[] {
  if (kindOf(text) !== 'expression') return [`${path}: ${text} is no object or list`];
  const named = [...text.matchAll(/(?<![.\w'])\w+\b(?!\s*[:.(])/g)].flatMap(([name]) => {
    const value = variables.get(name);
    return value === undefined || !isListOrObject(value)
      ? []
      : mismatches(value, shape, `${path}=${name}`, variables);
  });
  const item = 'listOf' in shape ? shape.listOf : shape;
  if (typeof item === 'string' || !('has' in item)) return named;
  const names = [...text.matchAll(/[{,\n]\s*(\w+):/g)].map(([, name = '']) => name);
  const unknown = names.filter((name) => propertyOf(item.has, name) === undefined);
  return [...named, ...unknown.map((name) => `${path}: has no property ${name}`)];
}

/** A loop counts, being a list in the end. */
const isListOrObject = (value: Value): boolean => typeof value !== 'string' || /^\[\s*for /.test(value);
