import { InTurn } from './in-turn.ts';
import type { NestedDirectoryStore } from './nested-store.ts';
import type { JournalPart, StagedPage } from './round-records.ts';
import type { StreamName } from './run-events.ts';
import type { SyncRun } from './run-records.ts';

/** Pages and parts of one run for whoever goes through them once, in their order: many come with a round trip. */
export class RoundReader {
  readonly #pages: Readonly<Record<StreamName, InTurn<StagedPage>>>;
  readonly #parts: InTurn<JournalPart>;
  readonly #run: SyncRun;

  constructor(store: NestedDirectoryStore, run: SyncRun) {
    const { directory, id, users, groups, plan } = run;
    const pagesOf = (stream: StreamName, to: number) =>
      new InTurn((from) => store.stagedPages(directory, { run: id, stream, from, to }));
    this.#run = run;
    this.#pages = { users: pagesOf('users', users.pages), groups: pagesOf('groups', groups.pages) };
    const to = firstPartOf(run) + (plan?.parts ?? 0);
    this.#parts = new InTurn((from) => store.journalParts(directory, { run: id, from, to }));
  }

  async page(stream: StreamName, page: number): Promise<StagedPage> {
    const staged = await this.#pages[stream].at(page);
    if (staged === undefined) throw new Error(`run ${this.#run.id} lost page ${page} of ${stream}`);
    return staged;
  }

  /** A part of the plan that is carried out, counted from its first one. */
  async part(part: number): Promise<JournalPart> {
    const found = await this.#parts.at(firstPartOf(this.#run) + part);
    if (found === undefined) throw new Error(`run ${this.#run.id} lost journal part ${part}`);
    return found;
  }
}

const firstPartOf = ({ plan }: SyncRun) => plan?.firstPart ?? 0;
