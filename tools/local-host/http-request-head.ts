import type { IncomingMessage } from 'node:http';

/** The head of a request as the host's server accepts it, or the status it refuses it with (platform rules §1.5). */
export type RequestHead =
  | {
      readonly kind: 'accepted';
      readonly host: string;
      readonly path: string;
      readonly query: string;
      readonly hasBody: boolean;
    }
  | { readonly kind: 'refused'; readonly status: 400 | 413 | 414 | 431 };

export const httpLimits = {
  headerBytesMax: 32 * 1024,
  headersMax: 100,
  requestLineBytesMax: 8 * 1024,
  bodyBytesMax: 104_857_600,
} as const;

export function readHead(request: IncomingMessage): RequestHead {
  const { url = '', method = '' } = request;
  if (request.rawHeaders.length / 2 > httpLimits.headersMax) return { kind: 'refused', status: 431 };
  if (method.length + url.length + ' HTTP/1.1\r\n'.length + 1 > httpLimits.requestLineBytesMax) {
    return { kind: 'refused', status: 414 };
  }
  const host = request.headers.host ?? 'localhost';
  const target = targetOf(url);
  if (target === undefined || !isHost(host)) return { kind: 'refused', status: 400 };
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > httpLimits.bodyBytesMax) return { kind: 'refused', status: 413 };
  const hasBody = length > 0 || request.headers['transfer-encoding'] !== undefined;
  return { kind: 'accepted', host, ...target, hasBody };
}

/** Path and query of a request target in origin or absolute form; dot segments are resolved, escapes are left alone. */
function targetOf(url: string): { readonly path: string; readonly query: string } | undefined {
  const origin = /^https?:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
  const target = url.slice(origin.length) || (origin === '' ? '' : '/');
  if (!target.startsWith('/')) return undefined;
  const mark = target.indexOf('?');
  const [path, query] = mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark)];
  if (/%00|#/.test(path)) return undefined;
  return { path: withoutDots(path), query };
}

const withoutDots = (path: string) =>
  /\/(\.|%2e)/i.test(path) ? new URL(`http://localhost${path}`).pathname : path;

/** What Kestrel takes for a host; a user part or a slash would turn into another URL behind it. */
const isHost = (host: string) =>
  /^(\[[0-9a-f:.]+\]|[a-z0-9._~-]*)(:\d{1,5})?$/i.test(host) &&
  URL.canParse(`http://${host || 'localhost'}/`);

/** Headers by name as sent, repeated ones joined by a comma as the host joins them. */
export function headersOf(request: IncomingMessage): Record<string, string> {
  const headers = new Map<string, string>();
  const raw = request.rawHeaders;
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const before = headers.get(name);
    const value = raw[index + 1] ?? '';
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(headers);
}
