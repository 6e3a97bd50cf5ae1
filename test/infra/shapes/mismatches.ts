import { isRecord, type Value } from '../bicep-file.ts';
import type { Shape } from './shape.ts';

/** Where a value, with the quotes of its strings kept, does not have its shape: `path: what is wrong`. What an expression yields is not followed. */
export function mismatches(value: Value, shape: Shape, path: string): readonly string[] {
  if (shape === 'any') return [];
  if (typeof value === 'string') return ofText(value, shape, path);
  if (typeof shape === 'string' || 'oneOf' in shape) return [`${path}: takes no object or list`];
  if (Array.isArray(value)) {
    if (!('listOf' in shape)) return [`${path}: takes no list`];
    return value.flatMap((item, index) => mismatches(item, shape.listOf, `${path}[${index}]`));
  }
  if (!('has' in shape) || !isRecord(value)) return [`${path}: takes no object`];
  return ofObject(value, shape.has, path);
}

function ofObject(
  value: { readonly [name: string]: Value },
  has: { readonly [property: string]: Shape },
  path: string,
): readonly string[] {
  const missing = Object.keys(has).filter(
    (key) => key.endsWith('!') && value[key.slice(0, -1)] === undefined,
  );
  return [
    ...missing.map((key) => `${path}: needs ${key.slice(0, -1)}`),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const shape = has[name] ?? has[`${name}!`];
      return shape === undefined
        ? [`${path}: has no property ${name}`]
        : mismatches(inner, shape, `${path}.${name}`);
    }),
  ];
}

function ofText(text: string, shape: Exclude<Shape, 'any'>, path: string): readonly string[] {
  if (typeof shape === 'object' && !('oneOf' in shape)) return ofExpression(text, shape, path);
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

/** A list or object chosen by a condition: the names of what is written out in it. */
function ofExpression(text: string, shape: Exclude<Shape, string>, path: string): readonly string[] {
  if (kindOf(text) !== 'expression') return [`${path}: ${text} is no object or list`];
  const item = 'listOf' in shape ? shape.listOf : shape;
  if (typeof item === 'string' || !('has' in item)) return [];
  const names = [...text.matchAll(/[{,\n]\s*(\w+):/g)].map(([, name = '']) => name);
  return names
    .filter((name) => !(name in item.has) && !(`${name}!` in item.has))
    .map((name) => `${path}: has no property ${name}`);
}
