import type { Binding, RegisteredFunction } from './core-module.ts';
import { parseRequestPath, parseRouteTemplate, type RouteTemplate } from './route-template.ts';

/** Which function answers a request: the first match in the order of function names (platform rules §1.4). */
export interface HttpRoutes {
  readonly find: (method: string, path: string) => RouteMatch | undefined;
}

export interface RouteMatch {
  readonly function: RegisteredFunction;
  readonly triggerName: string;
  readonly parameters: Readonly<Record<string, string>>;
}

interface HttpRoute {
  readonly function: RegisteredFunction;
  readonly triggerName: string;
  readonly methods: ReadonlySet<string>;
  readonly template: RouteTemplate;
}

/** Throws what the host refuses at start: reserved routes, conflicts, bad names, and levels that need host keys. */
export function httpRoutes(functions: Iterable<RegisteredFunction>, routePrefix: string): HttpRoutes {
  const sorted = [...functions].sort((a, b) => ordinalIgnoreCase(a.name, b.name));
  for (const { name } of sorted) refuseBadName(name);
  const routes = sorted.flatMap((registered) => routesOf(registered, routePrefix));
  refuseConflicts(routes);
  return {
    find: (method, path) => {
      const parsed = parseRequestPath(path);
      if (parsed === undefined) return undefined;
      for (const route of routes) {
        const parameters = route.methods.has(method) ? route.template.match(parsed) : undefined;
        if (parameters) return { function: route.function, triggerName: route.triggerName, parameters };
      }
      return undefined;
    },
  };
}

function routesOf(registered: RegisteredFunction, routePrefix: string): HttpRoute[] {
  const trigger = Object.entries(registered.bindings).find(([, binding]) => isHttpTrigger(binding));
  if (trigger === undefined) return [];
  const [triggerName, binding] = trigger;
  const authLevel = String(binding['authLevel'] ?? 'function').toLowerCase();
  if (authLevel !== 'anonymous') {
    throw new Error(
      `function "${registered.name}" needs a key (authLevel ${authLevel}); this host serves anonymous ones`,
    );
  }
  const route = String(binding['route'] ?? registered.name).replace(/^\//, '');
  if (/^(admin|runtime)/i.test(route)) {
    throw new Error(`function "${registered.name}": the route "${route}" begins with a reserved word`);
  }
  const text = [routePrefix.replace(/^\/|\/$/g, ''), route].filter(Boolean).join('/');
  const methods = (binding['methods'] as readonly string[] | undefined) ?? allMethods;
  return [
    {
      function: registered,
      triggerName,
      methods: new Set(methods.map((method) => method.toUpperCase())),
      template: parseRouteTemplate(text),
    },
  ];
}

const isHttpTrigger = (binding: Binding) => binding.type.toLowerCase() === 'httptrigger';
const allMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

function refuseBadName(name: string): void {
  if (!/^[a-z][a-z0-9_-]{0,127}$/i.test(name) || name.toLowerCase() === 'host') {
    throw new Error(`"${name}" is not a function name that the host accepts`);
  }
}

function refuseConflicts(routes: readonly HttpRoute[]): void {
  const owners = new Map<string, string>();
  for (const { function: owner, methods, template } of routes) {
    for (const method of methods) {
      const key = `${method} ${template.text.toLowerCase()}`;
      const other = owners.get(key);
      if (other !== undefined)
        throw new Error(`functions "${other}" and "${owner.name}" share the route ${key}`);
      owners.set(key, owner.name);
    }
  }
}

function ordinalIgnoreCase(a: string, b: string): number {
  const [left, right] = [a.toUpperCase(), b.toUpperCase()];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
