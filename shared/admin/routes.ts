import { Refusal } from '../model/refusal.ts';
import { type OperationId, operations } from './contract.ts';

export interface Route {
  readonly id: OperationId;
  /** By name in the template, as sent. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * The operation a request asks for. Paths are compared as sent: nothing of ours needs an escape, so one that holds any is not ours (T12).
 * Refusals `not-found`, `method-not-allowed` with `Allow`.
 */
export function routeOf(method: string, path: string): Route {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const matches = patterns.flatMap(({ id, pattern, allowed }) => {
    const found = pattern.exec(path);
    return found === null ? [] : [{ id, allowed, params: { ...found.groups } }];
  });
  if (matches.length === 0) throw new Refusal('not-found', 'There is no such address.');
  const match = matches.find(({ allowed }) => allowed === wanted);
  if (match !== undefined) return { id: match.id, params: match.params };
  const allow = [
    ...new Set(matches.flatMap(({ allowed }) => (allowed === 'GET' ? ['GET', 'HEAD'] : [allowed]))),
  ];
  throw new Refusal('method-not-allowed', `${allow.join(', ')} can be used here.`, {
    headers: { allow: allow.join(', ') },
  });
}

const patterns = (Object.keys(operations) as OperationId[]).map((id) => ({
  id,
  allowed: operations[id].method as string,
  pattern: new RegExp(`^${operations[id].path.replace(/\{(\w+)\}/g, '(?<$1>[^/:%]+)')}/?$`),
}));
