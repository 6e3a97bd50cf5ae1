import type { NestedDirectoryStore } from './nested-store.ts';
import type { StagedPage } from './round-records.ts';
import type { SyncRun } from './run-records.ts';

/** A stream's pages as far as the checkpoint counts them; a page it counts and that is not there is a bug. */
export async function* stagedPages(
  store: NestedDirectoryStore,
  run: SyncRun,
  stream: 'users' | 'groups',
): AsyncIterable<StagedPage> {
  let page = 0;
  const range = { run: run.id, stream, from: 0, to: run[stream].pages };
  for await (const staged of store.stagedPages(run.directory, range)) {
    if (staged === undefined) throw new Error(`run ${run.id} lost page ${page} of ${stream}`);
    yield staged;
    page++;
  }
}

export async function stagedPage(
  store: NestedDirectoryStore,
  run: SyncRun,
  { stream, page }: { stream: string; page: number },
): Promise<StagedPage> {
  const staged = await store.staged(run.directory, { run: run.id, stream, page });
  if (staged === undefined) throw new Error(`run ${run.id} lost page ${page} of ${stream}`);
  return staged;
}
