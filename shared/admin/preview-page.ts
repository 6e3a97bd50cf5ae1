import { z } from 'zod';
import { Refusal } from '../model/refusal.ts';
import type { GraphAnswer, ListPage } from '../sync/graph-port.ts';
import { graphValue } from './graph-answers.ts';

export interface PreviewItem {
  readonly id: string;
  readonly [name: string]: string | boolean;
}

interface PreviewOf<T> {
  readonly path: 'users' | 'groups';
  readonly read: (link?: string) => Promise<GraphAnswer<ListPage<T>>>;
  /** As it is shown; undefined for what is not. */
  readonly show: (entry: T) => PreviewItem | undefined;
}

interface PreviewQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly search?: string | undefined;
}

/**
 * A page of what Graph lists, with search in what is shown of it. Graph's own pages hold up to 999 objects; the cursor says which of
 * them and how far. Reads a few of Graph's pages at most, so that a page may be short and not the last. Stores nothing (S2-17).
 */
export async function previewPage<T>(of: PreviewOf<T>, query: PreviewQuery) {
  const items: PreviewItem[] = [];
  let place = await reached(of, placeOf(query.cursor, of.path));
  for (let pages = 0; pages < graphPagesMax && items.length < query.limit; pages++) {
    if (place === undefined) break;
    const page: ListPage<T> = graphValue(await of.read(place.link));
    const hits = page.items
      .map((entry, index) => ({ index, item: of.show(entry) }))
      .slice(place.skip)
      .filter(({ item }) => item !== undefined && contains(item, query.search));
    const wanted = query.limit - items.length;
    items.push(...hits.slice(0, wanted).flatMap(({ item }) => (item === undefined ? [] : [item])));
    const cut = hits[wanted];
    if (cut !== undefined) {
      place = { ...place, skip: cut.index };
      break;
    }
    place = page.next === undefined ? undefined : { link: page.next, pages: place.pages + 1, skip: 0 };
  }
  return { items, ...(place === undefined ? {} : { nextCursor: cursorOf(place) }) };
}

const contains = (item: PreviewItem, search = ''): boolean =>
  search === '' ||
  Object.values(item).some(
    (value) => typeof value === 'string' && value.toLowerCase().includes(search.toLowerCase()),
  );

/** A cursor is a part of an address, of which servers take 8 KB. */
const linkLengthMax = 4000;

const Place = z.object({
  /** Of the page at hand; absent on the first one, and where it is too long for a cursor. */
  link: z.string().optional(),
  /** Pages of Graph before it. */
  pages: z.int().min(0).max(1_000_000).default(0),
  skip: z.int().min(0).max(10_000),
});
type Place = z.infer<typeof Place>;

function cursorOf({ link, ...place }: Place): string {
  const isShort = link !== undefined && link.length <= linkLengthMax;
  return Buffer.from(JSON.stringify(isShort ? { link, ...place } : place)).toString('base64url');
}

/** The place with its link. One that did not fit into the cursor is walked to again, page by page; undefined when it is behind the end. */
async function reached<T>({ read }: PreviewOf<T>, place: Place): Promise<Place | undefined> {
  if (place.link !== undefined) return place;
  if (place.pages > walkedPagesMax) {
    const message = `The links of Graph are too long for a cursor, and this is more than ${walkedPagesMax} of its pages away: search instead.`;
    throw new Refusal('invalid-cursor', message, { reason: 'too_far' });
  }
  let link: string | undefined;
  for (let page = 0; page < place.pages; page++) {
    link = graphValue(await read(link)).next;
    if (link === undefined) return undefined;
  }
  return { ...place, ...(link === undefined ? {} : { link }) };
}

/** Of up to 999 objects each. */
const walkedPagesMax = 50;

/** Graph's links are followed on Graph's host only; here they may lead to nothing but the list that is asked for. */
function placeOf(cursor: string | undefined, path: string): Place {
  if (cursor === undefined) return { pages: 0, skip: 0 };
  const parsed = Place.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  const link = parsed.success ? parsed.data.link : '';
  const isList = link === undefined || URL.parse(link)?.pathname.endsWith(`/${path}`) === true;
  if (!parsed.success || !isList) {
    throw new Refusal('invalid-cursor', 'The cursor is not one of ours: start again without it.');
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const graphPagesMax = 5;
