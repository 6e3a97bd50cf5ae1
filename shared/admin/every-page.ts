import type { DirectoryRecord, Page, PageOf, Registry } from './registry.ts';

type ReadPage<T> = (page: PageOf) => Promise<Page<T>>;

/** The items of a list, one page at a time. */
export async function* every<T>(read: ReadPage<T>, limit = pageSize): AsyncGenerator<T> {
  let after: string | undefined;
  do {
    const page = await read({ after, limit });
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}

/** All of them before anything is done: a page must not move under the one who changes what he walks. */
export async function all<T>(read: ReadPage<T>, limit = pageSize): Promise<readonly T[]> {
  const items: T[] = [];
  for await (const item of every(read, limit)) items.push(item);
  return items;
}

const pageSize = 100;

/** Every directory that was not deleted, of every organization. */
export async function* everyDirectory(
  registry: Pick<Registry, 'organizations' | 'directories'>,
): AsyncGenerator<DirectoryRecord> {
  for await (const { id } of every((page) => registry.organizations(page)))
    yield* every((page) => registry.directories(id, page));
}
