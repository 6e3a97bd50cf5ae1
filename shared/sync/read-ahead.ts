import { fingerprintOf } from './endless-round.ts';
import type { DeltaPage, DeltaStart, GraphAnswer, GraphReader, ListPage } from './graph-port.ts';
import type { StagedPage } from './round-records.ts';
import type { StreamName } from './run-events.ts';

/** A delta page as it is staged. */
export interface ReadPage extends Omit<DeltaPage<unknown>, 'items'> {
  readonly page: Exclude<StagedPage, { kind: 'members' }>;
}

/**
 * Pages on their way: users and groups are two chains that can be read side by side, and nothing else of a round can
 * (graph.md §1.1). What was read ahead and is not asked for is forgotten.
 */
export class ReadAhead {
  readonly #graph: GraphReader;
  readonly #pages = new Map<string, Promise<GraphAnswer<ReadPage>>>();

  constructor(graph: GraphReader) {
    this.#graph = graph;
  }

  /** The page at `link`, or the first one of a complete round. */
  page(stream: StreamName, link: string | undefined, by: ReadBy = 'delta'): Promise<GraphAnswer<ReadPage>> {
    const key = keyOf(stream, link, by);
    const ahead = this.#pages.get(key);
    this.#pages.delete(key);
    return ahead ?? readPage(this.#graph, by)(stream, link);
  }

  /** Sends for a page that will be asked for next; at most one of each stream is under way. */
  begin(stream: StreamName, link: string | undefined, by: ReadBy = 'delta'): void {
    const key = keyOf(stream, link, by);
    if (this.#pages.has(key)) return;
    for (const old of this.#pages.keys()) if (old.startsWith(`${stream} `)) this.#pages.delete(old);
    const reading = readPage(this.#graph, by)(stream, link);
    // Whoever takes it gets the failure; nobody may.
    reading.catch(() => undefined);
    this.#pages.set(key, reading);
  }
}

export type ReadBy = 'delta' | 'list';

const keyOf = (stream: StreamName, link = '', by: ReadBy = 'delta') => `${stream} ${by} ${link}`;

const readPage = (graph: GraphReader, by: ReadBy) => (stream: StreamName, link: string | undefined) =>
  by === 'delta' ? deltaPage(graph, stream, link) : listPage(graph, stream, link);

async function listPage(
  graph: GraphReader,
  stream: StreamName,
  link: string | undefined,
): Promise<GraphAnswer<ReadPage>> {
  if (stream === 'users') {
    const answer = await graph.userList(link);
    return withPage(printed(answer), (items) => ({ kind: 'users', items: [...items] }));
  }
  const answer = await graph.groupList(link);
  return withPage(printed(answer), (items) => ({ kind: 'groups', items: items.map(mutable) }));
}

function printed<T extends { readonly id: string }>(
  answer: GraphAnswer<ListPage<T>>,
): GraphAnswer<DeltaPage<T>> {
  if (answer.kind === 'fault') return answer;
  return { ...answer, value: { ...answer.value, fingerprint: fingerprintOf(answer.value.items) } };
}

async function deltaPage(
  graph: GraphReader,
  stream: StreamName,
  link: string | undefined,
): Promise<GraphAnswer<ReadPage>> {
  const from: DeltaStart = link === undefined ? { kind: 'beginning' } : { kind: 'link', link };
  if (stream === 'users') {
    return withPage(await graph.usersDelta(from), (items) => ({ kind: 'users', items: [...items] }));
  }
  return withPage(await graph.groupsDelta(from), (items) => ({ kind: 'groups', items: items.map(mutable) }));
}

function withPage<T>(
  answer: GraphAnswer<DeltaPage<T>>,
  toPage: (items: readonly T[]) => ReadPage['page'],
): GraphAnswer<ReadPage> {
  if (answer.kind === 'fault') return answer;
  const { items, ...links } = answer.value;
  return { ...answer, value: { ...links, page: toPage(items) } };
}

/** Staged pages are plain JSON. */
const mutable = <T extends { readonly kind: string; readonly members?: readonly unknown[] }>(entry: T) =>
  structuredClone(entry) as never;
