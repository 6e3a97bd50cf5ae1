import type { DeltaResource } from './delta-round.ts';
import type { GraphAnswer } from './exchange.ts';
import { graphError } from './exchange.ts';

/** Where a reader stands: between two rounds, or on a page of one. */
export type DeltaToken =
  | {
      readonly kind: 'delta';
      readonly tenant: string;
      readonly resource: DeltaResource;
      readonly select: readonly string[];
      readonly only?: readonly string[];
      readonly position: number;
      /** The round that gave it; 0 for `$deltatoken=latest`. */
      readonly round: number;
      readonly issued: number;
    }
  | {
      readonly kind: 'skip';
      readonly tenant: string;
      readonly round: number;
      readonly page: number;
      readonly visit: number;
    };

/** The token as it stands in a link; a large one carries more than 8 KB of characters that careless clients re-encode. */
export function tokenText(token: DeltaToken, isLarge: boolean): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url') + (isLarge ? padding : '');
}

/** Reads a token from the exact text of a link; anything that was decoded or encoded again on the way is refused. */
export function parseToken(raw: string): DeltaToken | undefined {
  const text = raw.endsWith(padding) ? raw.slice(0, -padding.length) : raw;
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as DeltaToken;
  } catch {
    return undefined;
  }
}

/** Codes of tokens that are of no use any more, in the forms that services really answer (graph.md §1.3). */
export const tokenRefusals = {
  expired: (): GraphAnswer =>
    graphError(
      400,
      'syncStateNotFound',
      'The sync state generation is not found; the client must be synchronized again.',
    ),
  invalid: (): GraphAnswer => graphError(400, 'SyncStateInvalid', 'The sync state is not valid.'),
  deadPage: (): GraphAnswer =>
    graphError(400, 'Directory_ExpiredPageToken', 'The specified page token value has expired.'),
  unknownPage: (): GraphAnswer => graphError(404, 'UnknownError', ''),
  gone: (location?: string): GraphAnswer => ({
    ...graphError(410, 'resyncRequired', 'Resync required. Replace local items with the server version.'),
    ...(location === undefined ? {} : { headers: { location } }),
  }),
};

const padding = `.${'a+b/c=d(e)%2Bf%2f%3D~g'.repeat(380)}.`;
