import { z } from 'zod';

/** How a chain of pages went so far, by hashes: links hold tokens, and there are many. Rows of earlier versions have less of it. */
export const Trail = z.object({
  /** Fingerprint of the last page, and how often it came in a row. */
  fingerprint: z.string(),
  repeats: z.int(),
  /** The last links. */
  links: z.array(z.string()),
  /** The last pages that were not like another of these, and how many came in a row that were, empty ones aside. */
  seen: z.array(z.string()).default([]),
  stale: z.int().default(0),
  /** Pages read. */
  read: z.int().default(0),
  /** A link of earlier, and how many pages were read by then: it moves on ever more rarely, so that it finds a circle of any length. */
  mark: z.object({ link: z.string(), read: z.int() }).default({ link: '', read: 0 }),
});
export type Trail = z.infer<typeof Trail>;

export const newTrail: Trail = {
  fingerprint: '',
  repeats: 0,
  links: [],
  seen: [],
  stale: 0,
  read: 0,
  mark: { link: '', read: 0 },
};

export interface TrailPage {
  readonly items: number;
  /** Equal for equal pages. */
  readonly fingerprint: string;
  readonly next?: string;
}

/**
 * Links and pages remembered; pages in a row that are the same, or say nothing that is new, and pages in all, before a chain is taken
 * for endless. Replays say again what was said, and runs of up to 50 empty pages are legal: both end long before.
 */
const remembered = 64;
const repeatsMax = 20;
const emptyPagesMax = 2000;
const staleMax = 200;
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
    ...seenAfter(trail, page),
    ...linksAfter(trail, page),
  };
  const endless = endlessReason({ before: trail, after }, page);
  return { trail: after, ...(endless === undefined ? {} : { endless }) };
}

function seenAfter({ seen, stale }: Trail, { items, fingerprint }: TrailPage): Pick<Trail, 'seen' | 'stale'> {
  if (items === 0) return { seen, stale };
  const print = hashOf(fingerprint);
  return seen.includes(print)
    ? { seen, stale: stale + 1 }
    : { seen: [...seen, print].slice(-remembered), stale: 0 };
}

function linksAfter({ links, mark, read }: Trail, { next }: TrailPage): Pick<Trail, 'links' | 'mark'> {
  if (next === undefined) return { links, mark };
  const link = hashOf(next);
  return {
    links: [...links, link].slice(-remembered),
    mark: read + 1 >= 2 * mark.read ? { link, read: read + 1 } : mark,
  };
}

function endlessReason(
  { before, after }: { readonly before: Trail; readonly after: Trail },
  { items, next }: TrailPage,
): string | undefined {
  // An empty page may send back to itself until there is something; with items, a link seen before is a circle.
  const link = items === 0 || next === undefined ? undefined : hashOf(next);
  if (link !== undefined && (before.links.includes(link) || before.mark.link === link))
    return 'a link leads back to an earlier page';
  const most = items > 0 ? repeatsMax : emptyPagesMax;
  if (after.repeats >= most) return `${most} pages in a row were the same`;
  if (after.stale >= staleMax) return `${staleMax} pages in a row said nothing new`;
  return after.read > pagesMax ? `more than ${pagesMax} pages` : undefined;
}

/**
 * Why a stream that tells ever new objects will not come to an end: no tenant grows so much between two runs, and an object is told a
 * few times at most. Where nothing is known of the tenant, its pages alone are counted (graph.md §1.2).
 */
export function growsEndlessly(items: number, knownObjects: number | undefined): string | undefined {
  if (knownObjects === undefined || items <= itemsMin + itemsPerObject * knownObjects) return undefined;
  return `${items} objects were told of a tenant that had ${knownObjects}`;
}

/** Entries that any tenant may tell, and for each object it is known to have had; a group comes in slices of its members. */
const itemsMin = 1_000_000;
const itemsPerObject = 10;

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
