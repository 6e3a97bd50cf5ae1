import type { RunId } from '../model/ids.ts';
import type { NestedGroup, NestedUser, NestedWrite, StagedKey } from './nested-store.ts';
import type { JournalPart, StagedPage } from './round-records.ts';
import { bytesMax, bytesOf, rowsOf } from './write-weight.ts';

type Last = Extract<NestedWrite, { kind: 'checkpoint' | 'state' }>;

/** Writes that wait for their transaction, in their order; the last checkpoint and state stand for all before them. */
export class HeldBack {
  readonly writes: NestedWrite[] = [];
  readonly #lasts = new Map<Last['kind'], Last>();
  readonly #users = new Map<string, NestedUser>();
  readonly #groups = new Map<string, NestedGroup>();
  readonly #pages = new Map<string, StagedPage>();
  readonly #parts = new Map<number, JournalPart>();
  readonly #reversed = new Set<string>();
  #rows = 0;
  #bytes = 0;

  get last(): readonly NestedWrite[] {
    return [...this.#lasts.values()];
  }

  get isEmpty(): boolean {
    return this.writes.length + this.#lasts.size === 0;
  }

  /** Something that lasts is among them, besides what a run keeps for itself. */
  get isLasting(): boolean {
    return this.writes.some(isLasting);
  }

  get isStaging(): boolean {
    return this.#pages.size + this.#parts.size > 0;
  }

  /** The checkpoint says that the plan was carried out to its end. */
  get isApplied(): boolean {
    const phase = this.#run?.phase;
    return phase === 'cleanup' || phase === 'done';
  }

  get isFinished(): boolean {
    return this.#lasts.has('state');
  }

  get run(): RunId | undefined {
    return this.#run?.id;
  }

  get #run() {
    const last = this.#lasts.get('checkpoint');
    return last?.kind === 'checkpoint' ? last.run : undefined;
  }

  /** Whether there is no room for one more; two changes of one list need a commit each. */
  isFull(write: NestedWrite, rowsMax: number): boolean {
    const list = listOf(write);
    if (list !== undefined && this.#reversed.has(list)) return true;
    if (this.writes.length === 0 || isLast(write)) return false;
    return this.#rows + rowsOf(write) > rowsMax || this.#bytes + bytesOf(write) > bytesMax;
  }

  add(write: NestedWrite): void {
    if (isLast(write)) return;
    const list = listOf(write);
    if (list !== undefined) this.#reversed.add(list);
    this.writes.push(write);
    this.#rows += rowsOf(write);
    this.#bytes += bytesOf(write);
    if (write.kind === 'user') this.#users.set(write.user.id, write.user);
    if (write.kind === 'group') this.#groups.set(write.group.id, write.group);
    if (write.kind === 'stage') this.#pages.set(keyOf(write.key), write.page);
    if (write.kind === 'journal') this.#parts.set(write.part, write.content);
  }

  /** What is left when the first writes are stored. */
  after(stored: number): HeldBack {
    const rest = new HeldBack();
    for (const write of this.writes.slice(stored)) rest.add(write);
    rest.seal(this.last);
    return rest;
  }

  /** What was added with them is whole: from here on their checkpoint and state stand for all of it. */
  seal(writes: readonly NestedWrite[]): void {
    for (const write of writes) if (isLast(write)) this.#lasts.set(write.kind, write);
  }

  /** Forgets what a run that ends had still to keep. */
  dropStaging(run: RunId): void {
    const kept = this.writes.filter(
      (write) =>
        !(write.kind === 'stage' && write.key.run === run) &&
        !(write.kind === 'journal' && write.run === run),
    );
    this.writes.splice(0, this.writes.length, ...kept);
    this.#pages.clear();
    this.#parts.clear();
  }

  user = (id: string): NestedUser | undefined => this.#users.get(id);
  group = (id: string): NestedGroup | undefined => this.#groups.get(id);
  page = (key: StagedKey): StagedPage | undefined => this.#pages.get(keyOf(key));
  part = (part: number): JournalPart | undefined => this.#parts.get(part);
}

/** Not what a run keeps for itself. */
export const isLasting = (write: NestedWrite) =>
  write.kind !== 'stage' && write.kind !== 'journal' && !isLast(write);

const isLast = (write: NestedWrite): write is Last => write.kind === 'checkpoint' || write.kind === 'state';

/** What is read in order to be changed. */
function listOf(write: NestedWrite): string | undefined {
  if (write.kind === 'groups-of') return write.member;
  return write.kind === 'held-members' ? write.group : undefined;
}

const keyOf = ({ run, stream, page }: StagedKey) => `${run} ${stream} ${page}`;
