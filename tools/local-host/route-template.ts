import { type Constraint, constraintOf } from './route-constraints.ts';

/**
 * One route of the host: classic ASP.NET templates (platform rules §1.4). Literals ignore case, a trailing slash is
 * ignored, an empty inner segment matches nothing but a catch-all, a catch-all matches nothing at all too.
 */
export interface RouteTemplate {
  readonly text: string;
  /** Route values by name, or undefined when `path` is not on this route. Segments are decoded once, `%2F` is kept. */
  readonly match: (path: RequestPath) => Readonly<Record<string, string>> | undefined;
}

export interface RequestPath {
  /** Decoded segments; a trailing slash leaves none. */
  readonly segments: readonly string[];
  readonly endsWithSlash: boolean;
}

export function parseRouteTemplate(text: string): RouteTemplate {
  const segments =
    text === ''
      ? []
      : text
          .replace(/^\/|\/$/g, '')
          .split('/')
          .map(parseSegment);
  const misplaced = segments.slice(0, -1).some((segment) => segment.kind === 'catch-all');
  if (misplaced) throw new Error(`route "${text}": only the last segment may be a catch-all`);
  return { text, match: (path) => matchSegments(segments, path) };
}

/** `path` as it came, starting with `/`; undefined when it holds a NUL, which the host's server refuses. */
export function parseRequestPath(path: string): RequestPath | undefined {
  const endsWithSlash = path.length > 1 && path.endsWith('/');
  const inner = path.slice(1, endsWithSlash ? -1 : undefined);
  const segments = inner === '' ? [] : inner.split('/').map(decodeSegment);
  return segments.some((segment) => segment.includes('\0')) ? undefined : { segments, endsWithSlash };
}

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'catch-all'; readonly name: string; readonly constraints: readonly Constraint[] }
  | {
      readonly kind: 'parts';
      readonly pattern: RegExp;
      readonly parameters: readonly Parameter[];
      /** A parameter that is a segment of its own may be left out. */
      readonly missing?: { readonly name: string; readonly value?: string };
    };

interface Parameter {
  readonly name: string;
  readonly constraints: readonly Constraint[];
}

function parseSegment(text: string): Segment {
  if (!text.includes('{')) return { kind: 'literal', text: text.toLowerCase() };
  const catchAll = /^\{\*{1,2}([^:=?}]+)(:[^}]*)?\}$/.exec(text);
  if (catchAll) {
    return { kind: 'catch-all', name: catchAll[1] ?? '', constraints: constraintsOf(catchAll[2]) };
  }
  const alone = new RegExp(`^${parameterPattern.source}$`).exec(text);
  const parameters: Parameter[] = [];
  const pattern = text.split(/(\{(?:[^{}]|\{[^}]*\})*\})/).map((part) => {
    const parameter = new RegExp(`^${parameterPattern.source}$`).exec(part);
    if (!parameter) return part.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&');
    parameters.push({ name: parameter[1] ?? '', constraints: constraintsOf(parameter[2]) });
    return '(.+)';
  });
  return {
    kind: 'parts',
    pattern: new RegExp(`^${pattern.join('')}$`, 'is'),
    parameters,
    ...missingOf(alone),
  };
}

/** `{name:constraint(…):…=default}` or `{name?}`. */
const parameterPattern = /\{([^:=?{}*]+)((?::[^:=?()]+(?:\((?:[^()]|\([^()]*\))*\))?)*)(?:(\?)|=([^}]*))?\}/;

function missingOf(alone: RegExpExecArray | null) {
  if (!alone) return {};
  const [, name = '', , optional, value] = alone;
  if (value !== undefined) return { missing: { name, value } };
  return optional === undefined ? {} : { missing: { name } };
}

const constraintsOf = (text: string | undefined): Constraint[] =>
  (text?.match(/:[^:()]+(?:\((?:[^()]|\([^()]*\))*\))?/g) ?? []).map((part) => constraintOf(part.slice(1)));

function matchSegments(template: readonly Segment[], path: RequestPath) {
  const values: Record<string, string> = {};
  for (const [index, segment] of template.entries()) {
    if (segment.kind === 'catch-all') return withRest(values, segment, { path, index });
    if (!matchOne(segment, path.segments[index], values)) return undefined;
  }
  return path.segments.length > template.length ? undefined : values;
}

function withRest(
  values: Record<string, string>,
  { name, constraints }: Parameter,
  at: { readonly path: RequestPath; readonly index: number },
) {
  const rest = at.path.segments.slice(at.index).join('/') + (at.path.endsWithSlash ? '/' : '');
  if (!constraints.every((holds) => holds(rest))) return undefined;
  return at.path.segments.length > at.index ? { ...values, [name]: rest } : values;
}

function matchOne(
  segment: Exclude<Segment, { kind: 'catch-all' }>,
  text: string | undefined,
  values: Record<string, string>,
) {
  if (segment.kind === 'literal') return text?.toLowerCase() === segment.text;
  if (text === undefined) {
    const { missing } = segment;
    if (missing?.value !== undefined) values[missing.name] = missing.value;
    return missing !== undefined;
  }
  const found = segment.pattern.exec(text);
  if (!found) return false;
  return segment.parameters.every(({ name, constraints }, index) => {
    const value = found[index + 1] ?? '';
    values[name] = value;
    return constraints.every((holds) => holds(value));
  });
}

/** Every escape is decoded once but `%2F`; what is not UTF-8 stays as it came. */
function decodeSegment(segment: string): string {
  return segment.replace(/(?:%(?!2f)[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
