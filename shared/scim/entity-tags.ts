import { Refusal } from '../model/refusal.ts';
import type { Precondition } from './scim-directory.ts';

type Header = (name: string) => string | undefined;

/** If-Match and If-None-Match of a request, RFC 9110 §13.1; never required. */
export function preconditionOf(header: Header): Precondition {
  const ifMatch = entityTags(header('if-match'));
  const ifNoneMatch = entityTags(header('if-none-match'));
  return {
    ...(ifMatch.length > 0 ? { ifMatch } : {}),
    ...(ifNoneMatch.length > 0 ? { ifNoneMatch } : {}),
  };
}

/** Refusal `precondition-failed` when a write is not meant for this version of the resource. */
export function assertWritable(on: Precondition, version: string): void {
  if (on.ifMatch && !isAmong(on.ifMatch, version)) {
    throw new Refusal(
      'precondition-failed',
      `The resource is at version ${version}, which If-Match does not name.`,
    );
  }
  if (on.ifNoneMatch && isAmong(on.ifNoneMatch, version)) {
    throw new Refusal(
      'precondition-failed',
      `The resource is at version ${version}, which If-None-Match rules out.`,
    );
  }
}

/** Of a read: `precondition-failed` as for a write, but `not-modified` for what the caller has already. */
export function assertReadable(on: Precondition, version: string): void {
  if (on.ifNoneMatch && isAmong(on.ifNoneMatch, version)) {
    throw new Refusal('not-modified', 'The caller has this version.', { headers: { etag: version } });
  }
  assertWritable(on.ifMatch ? { ifMatch: on.ifMatch } : {}, version);
}

/** Compares weakly: our tags tell versions of a resource apart, not bytes of its renderings. */
function isAmong(tags: readonly string[], version: string): boolean {
  return tags.some((tag) => tag === '*' || opaque(tag) === opaque(version));
}

const opaque = (tag: string) => tag.replace(/^W\//i, '').replace(/^"(.*)"$/, '$1');

/** A list of tags; one without quotes is taken as it stands, since clients copy `meta.version` by hand. */
function entityTags(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  return text.match(/(?:W\/)?"[^"]*"|[^\s,]+/gi) ?? [];
}
