import type { PageSummary } from './run-events.ts';
import type { StreamCursor } from './run-records.ts';

/** Links remembered, equal pages in a row, and pages of a round, before it is taken for endless (graph.md §1.2). */
export const linksKept = 64;
const repeatsMax = 20;
const emptyPagesMax = 2000;
const pagesMax = 200_000;

/** Why a round will not come to an end; undefined while it may. */
export function endlessReason(
  links: readonly string[],
  read: StreamCursor,
  page: PageSummary,
): string | undefined {
  // An empty page may send back to itself until there is something; with items, a link seen before is a circle.
  if (page.items > 0 && page.next !== undefined && links.includes(linkHash(page.next)))
    return 'a link leads back to an earlier page';
  const most = page.items > 0 ? repeatsMax : emptyPagesMax;
  if (read.repeats >= most) return `${most} pages in a row were the same`;
  return read.pages > pagesMax ? `more than ${pagesMax} pages` : undefined;
}

/** What is kept of a link: it holds tokens, and there are many. */
export function linkHash(link: string): string {
  let one = 0x811c9dc5;
  let two = 0x9e3779b9;
  for (let index = 0; index < link.length; index++) {
    one = Math.imul(one ^ link.charCodeAt(index), 0x01000193);
    two = Math.imul(two ^ link.charCodeAt(index), 0x85ebca6b);
  }
  return `${link.length}.${(one >>> 0).toString(36)}${(two >>> 0).toString(36)}`;
}
