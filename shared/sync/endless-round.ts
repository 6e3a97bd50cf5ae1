import { z } from 'zod';

/** How a chain of pages went so far, by hashes: links hold tokens, and there are many. Rows of earlier versions have less of it. */
export const Trail = z.object({
  /** Fingerprint of the last page, and how often it came in a row. */
  fingerprint: z.string(),
  repeats: z.int(),
  /** The last links. */
  links: z.array(z.string()),
  /** Pages read. */
  read: z.int().default(0),
});
export type Trail = z.infer<typeof Trail>;

export const newTrail: Trail = {
  fingerprint: '',
  repeats: 0,
  links: [],
  read: 0,
};

export interface TrailPage {
  readonly items: number;
  /** Equal for equal pages. */
  readonly fingerprint: string;
  readonly next?: string;
}

/** Links remembered, equal pages in a row, and pages in all, before a chain is taken for endless. */
const remembered = 64;
const repeatsMax = 20;
const emptyPagesMax = 2000;
const pagesMax = 200_000;

/** After one more page; why the chain will not come to an end, if that is plain by now (graph.md §1.2). */
export function followed(
  trail: Trail,
  page: TrailPage,
): { readonly trail: Trail; readonly endless?: string } {
  const after: Trail = {
    fingerprint: page.fingerprint,
    repeats: page.fingerprint === trail.fingerprint ? trail.repeats + 1 : 0,
    read: trail.read + 1,
    links: page.next === undefined ? trail.links : [...trail.links, hashOf(page.next)].slice(-remembered),
  };
  const endless = endlessReason({ before: trail, after }, page);
  return { trail: after, ...(endless === undefined ? {} : { endless }) };
}

function endlessReason(
  { before, after }: { readonly before: Trail; readonly after: Trail },
  { items, next }: TrailPage,
): string | undefined {
  // An empty page may send back to itself until there is something; with items, a link seen before is a circle.
  const link = items === 0 || next === undefined ? undefined : hashOf(next);
  if (link !== undefined && before.links.includes(link)) return 'a link leads back to an earlier page';
  const most = items > 0 ? repeatsMax : emptyPagesMax;
  if (after.repeats >= most) return `${most} pages in a row were the same`;
  return after.read > pagesMax ? `more than ${pagesMax} pages` : undefined;
}

/** The fingerprint of a page that came without one. */
export const fingerprintOf = (items: readonly { readonly id: string }[]): string =>
  hashOf(items.map(({ id }) => id).join(' '));

function hashOf(text: string): string {
  let one = 0x811c9dc5;
  let two = 0x9e3779b9;
  for (let index = 0; index < text.length; index++) {
    one = Math.imul(one ^ text.charCodeAt(index), 0x01000193);
    two = Math.imul(two ^ text.charCodeAt(index), 0x85ebca6b);
  }
  return `${text.length}.${(one >>> 0).toString(36)}${(two >>> 0).toString(36)}`;
}
