import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Language, type Node, Parser } from 'web-tree-sitter';

/** A Bicep file as its syntax tree says it is, for asserts on structure where no compiler is at hand. */
export interface BicepFile {
  readonly text: string;
  /** Syntax errors, `line: text`. */
  readonly errors: readonly string[];
  readonly parameters: readonly Declaration[];
  readonly outputs: readonly Declaration[];
  readonly variables: readonly string[];
  /** What each variable is, with the quotes of strings kept. */
  readonly values: ReadonlyMap<string, Value>;
  readonly resources: readonly Resource[];
  readonly modules: readonly ModuleUse[];
  /** Names that expressions refer to without declaring them in a loop or lambda. */
  readonly references: ReadonlySet<string>;
  /** `module.outputs.name` and `module!.outputs.name`. */
  readonly outputUses: readonly { readonly module: string; readonly output: string }[];
}

export interface Declaration {
  readonly name: string;
  readonly type: string;
  readonly hasDefault: boolean;
  readonly decorators: readonly string[];
}

export interface Resource {
  readonly symbol: string;
  readonly type: string;
  readonly version: string;
  readonly existing: boolean;
  readonly conditional: boolean;
  readonly body: Value;
  /** The same with the quotes of strings kept, to tell 'true' from true. */
  readonly source: Value;
}

export interface ModuleUse {
  readonly symbol: string;
  readonly path: string;
  readonly conditional: boolean;
  readonly parameters: readonly string[];
  /** The source text of what each parameter is given. */
  readonly given: { readonly [parameter: string]: string };
  readonly dependsOn: string;
}

/** An object by its properties; anything else by its source text, quotes of plain strings removed. */
export type Value = string | readonly Value[] | { readonly [name: string]: Value };

export async function parseBicep(path: string): Promise<BicepFile> {
  const text = readFileSync(path, 'utf8');
  // The grammar does not know this one statement yet.
  const tree = (await parser()).parse(text.replace(/^extension \w+$/m, ''));
  if (tree === null) throw new Error(`${path} was not parsed`);
  const { rootNode: root } = tree;
  const all = descendants(root);
  return {
    text,
    errors: all
      .filter((node) => node.isError || node.isMissing)
      .map((node) => `${node.startPosition.row + 1}: ${node.text.slice(0, 60)}`),
    parameters: declarations(root, 'parameter_declaration'),
    outputs: declarations(root, 'output_declaration'),
    variables: ofType(root, 'variable_declaration').map((node) => nameOf(node)),
    values: new Map(ofType(root, 'variable_declaration').map(toNamedValue)),
    resources: all.filter((node) => node.type === 'resource_declaration').map(toResource),
    modules: ofType(root, 'module_declaration').map(toModuleUse),
    references: referencesIn(all),
    outputUses: [...text.matchAll(/\b(\w+)!?\.outputs\.(\w+)/g)].map(([, module = '', output = '']) => ({
      module,
      output,
    })),
  };
}

let loaded: Promise<Parser> | undefined;

function parser(): Promise<Parser> {
  loaded ??= (async () => {
    await Parser.init();
    const home = dirname(createRequire(import.meta.url).resolve('tree-sitter-bicep/package.json'));
    const made = new Parser();
    made.setLanguage(await Language.load(join(home, 'tree-sitter-bicep.wasm')));
    return made;
  })();
  return loaded;
}

const children = (node: Node): Node[] => node.namedChildren.filter((child) => child !== null);
const ofType = (node: Node, type: string): Node[] => children(node).filter((child) => child.type === type);
const nameOf = (node: Node): string => ofType(node, 'identifier')[0]?.text ?? '';
const descendants = (node: Node): Node[] => [
  node,
  ...node.children.filter((child) => child !== null).flatMap(descendants),
];

/** Decorators come before what they decorate, as a sibling. */
function declarations(root: Node, type: string): Declaration[] {
  return children(root).flatMap((node, index, siblings) => {
    if (node.type !== type) return [];
    const before = siblings[index - 1];
    return [
      {
        name: nameOf(node),
        type: node.text.replace(/^\w+\s+\w+\s+/, '').split(/\s*=/)[0] ?? '',
        hasDefault: node.children.some((child) => child?.type === '='),
        decorators: before?.type === 'decorators' ? children(before).map((child) => child.text) : [],
      },
    ];
  });
}

function toResource(node: Node): Resource {
  const [type = '', version = ''] = stringText(ofType(node, 'string')[0]).split('@');
  const body = bodyOf(node);
  return {
    symbol: nameOf(node),
    type,
    version,
    existing: node.children.some((child) => child?.type === 'existing'),
    conditional: ofType(node, 'if_statement').length > 0,
    body: body === undefined ? {} : toValue(body),
    source: body === undefined ? {} : toValue(body, textOf),
  };
}

function toNamedValue(node: Node): [string, Value] {
  const value = children(node).at(-1);
  return [nameOf(node), value === undefined ? '' : toValue(value, textOf)];
}

function toModuleUse(node: Node): ModuleUse {
  const body = bodyOf(node);
  const value = body === undefined ? {} : toValue(body, textOf);
  const given = isRecord(value) ? value['params'] : undefined;
  const texts = given !== undefined && isRecord(given) ? Object.entries(given) : [];
  return {
    symbol: nameOf(node),
    path: stringText(ofType(node, 'string')[0]),
    conditional: ofType(node, 'if_statement').length > 0,
    parameters: texts.map(([parameter]) => parameter),
    given: Object.fromEntries(texts.map(([parameter, text]) => [parameter, String(text)])),
    dependsOn: isRecord(value) ? String(value['dependsOn'] ?? '') : '',
  };
}

/** The object of a resource or module, whether it stands alone, under a condition or in a loop. */
const bodyOf = (node: Node): Node | undefined =>
  ofType(node, 'object')[0] ??
  [...ofType(node, 'if_statement'), ...ofType(node, 'for_statement')].flatMap((inner) =>
    ofType(inner, 'object'),
  )[0];

export const isRecord = (value: Value | undefined): value is { readonly [name: string]: Value } =>
  typeof value === 'object' && !Array.isArray(value);

function toValue(node: Node, readString = stringText): Value {
  if (node.type === 'object') {
    return Object.fromEntries(
      ofType(node, 'object_property').flatMap((property) => {
        const [key, value] = children(property);
        // A resource inside another stands for itself.
        if (key?.type === 'resource_declaration') return [];
        return [[keyText(key), value === undefined ? '' : toValue(value, readString)]];
      }),
    );
  }
  if (node.type === 'array' && ofType(node, 'for_statement').length === 0)
    return children(node)
      .filter((item) => !item.type.endsWith('comment'))
      .map((item) => toValue(item, readString));
  return node.type === 'string' ? readString(node) : node.text;
}

const keyText = (node: Node | undefined): string =>
  node?.type === 'string' ? stringText(node) : (node?.text ?? '');
const textOf = (node: Node | undefined): string => node?.text ?? '';
const stringText = (node: Node | undefined): string => textOf(node).replace(/^'|'$/g, '');

/** Identifiers in value position: not declarations, property names, types or member names. */
function referencesIn(all: readonly Node[]): ReadonlySet<string> {
  const local = new Set(
    all.flatMap((node) => {
      if (node.type === 'for_statement') return loopNames(node);
      return node.type === 'lambda_expression' ? [nameOf(node)] : [];
    }),
  );
  const used = all.filter((node) => node.type === 'identifier' && isReference(node)).map((node) => node.text);
  return new Set(used.filter((name) => !local.has(name)));
}

const loopNames = (node: Node): string[] =>
  [...(/^\[?\s*for\s+\(?\s*(\w+)\s*(?:,\s*(\w+))?/.exec(node.text) ?? [])].slice(1).filter(Boolean);

function isReference(node: Node): boolean {
  const parent = node.parent;
  if (parent === null || node.previousSibling === null) return parent?.type !== 'object_property';
  if (parent.type.endsWith('_declaration'))
    return !['param', 'var', 'output', 'resource', 'module', 'type'].includes(node.previousSibling.type);
  return parent.type !== 'type';
}
