import { GraphFailure } from './graph-failure.ts';

/**
 * A link that Graph gave, as it is to be followed: untouched, and only to the configured service.
 * Anything else (another host, another scheme, another port, credentials in the address) is refused before a token is sent.
 */
export function followable(link: string, baseUrl: string): string {
  const target = URL.parse(link);
  const base = new URL(baseUrl);
  if (target === null || target.origin !== base.origin || target.username !== '' || target.password !== '') {
    throw new GraphFailure('foreign-link', 'Graph answered with a link that leaves the configured service');
  }
  return link;
}
