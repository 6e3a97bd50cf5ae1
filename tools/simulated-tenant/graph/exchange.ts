import type { IncomingHttpHeaders } from 'node:http';
import type { Json } from '../../../shared/model/json.ts';

/** A request below `/v1.0`, as the routes see it. */
export interface GraphRequest {
  readonly method: string;
  /** Decoded segments: `/groups/{id}/members` is three. */
  readonly segments: readonly string[];
  readonly query: GraphQuery;
  readonly headers: IncomingHttpHeaders;
  readonly body: Json | undefined;
}

/** Query options by lower-case name without their dollar sign; tokens keep their exact spelling in `raw`. */
export interface GraphQuery {
  readonly decoded: ReadonlyMap<string, string>;
  readonly raw: ReadonlyMap<string, string>;
}

export interface GraphAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
}

export function parseQuery(search: string): GraphQuery {
  const decoded = new Map<string, string>();
  const raw = new Map<string, string>();
  for (const part of search
    .replace(/^[?]/, '')
    .split('&')
    .filter((piece) => piece !== '')) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).replace(/^%24/i, '$');
    const value = equals < 0 ? '' : part.slice(equals + 1);
    const key = name.replace(/^[$]/, '').toLowerCase();
    raw.set(key, value);
    decoded.set(key, decodeURIComponent(value.replaceAll('+', ' ')));
  }
  return { decoded, raw };
}

/** Splits path and query; `null` for what is not below `/v1.0`. */
export function parseTarget(target: string): { segments: readonly string[]; query: GraphQuery } | null {
  const [path = '', search = ''] = splitOnce(target);
  if (!/^[/]v1[.]0([/]|$)/.test(path)) return null;
  const segments = path
    .split('/')
    .slice(2)
    .filter((segment) => segment !== '');
  return { segments: segments.map(decodeURIComponent), query: parseQuery(search) };
}

/** An error in Graph's words. */
export const graphError = (status: number, code: string, message: string): GraphAnswer => ({
  status,
  body: { error: { code, message, innerError: { date: '2026-01-01T00:00:00', 'request-id': 'simulated' } } },
});

function splitOnce(target: string): [string, string] {
  const at = target.indexOf('?');
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}
