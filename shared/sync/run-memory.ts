import type { DirectoryId, RunId } from '../model/ids.ts';
import type { NestedDirectoryStore } from './nested-store.ts';
import type { SyncState } from './run-records.ts';

/** A value and about how many bytes it takes. */
export interface Sized<T> {
  readonly value: T;
  readonly bytes: number;
}

interface Place {
  readonly store: Pick<NestedDirectoryStore, 'state' | 'run'>;
  readonly directory: DirectoryId;
}

interface Kept {
  readonly run: RunId;
  readonly values: Map<string, Sized<unknown>>;
  bytes: number;
}

/**
 * What a process remembers of what it made of a directory's rows, as one completed run left them. Each question reads the state
 * first, and nothing is kept that was read while rows were being changed, so that no run's answer is ever given for another's.
 * Of one name there is one type. Answers are right without any of it.
 */
export class RunMemory {
  readonly #bytesMax: number;
  /** The one asked of last is the last. */
  readonly #directories = new Map<DirectoryId, Kept>();
  readonly #underWay = new Map<string, Promise<Sized<unknown>>>();
  #bytes = 0;

  constructor(bytesMax = runMemoryBytesMax) {
    this.#bytesMax = bytesMax;
  }

  /** The value of that name; `read` anew when the last completed run is another one than it is kept of. */
  async of<T>(at: Place, name: string, read: (state: SyncState) => Promise<Sized<T>>): Promise<T> {
    const state = await at.store.state(at.directory);
    const run = state.lastCompletedRun;
    if (run === undefined) return (await read(state)).value;
    const kept = this.#touched(at.directory, run)?.values.get(name);
    if (kept !== undefined) return kept.value as T;
    const key = `${at.directory} ${run} ${name}`;
    const begun = this.#underWay.get(key);
    if (begun !== undefined) return (await begun).value as T;
    const reading = this.#read(at, { state, run, name }, read).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, reading);
    return (await reading).value;
  }

  async #read<T>(
    at: Place,
    { state, run, name }: { readonly state: SyncState; readonly run: RunId; readonly name: string },
    read: (state: SyncState) => Promise<Sized<T>>,
  ): Promise<Sized<T>> {
    const wasSettled = await isSettled(at, state);
    const found = await read(state);
    if (!wasSettled || found.bytes > this.#bytesMax) return found;
    const after = await at.store.state(at.directory);
    if (after.lastCompletedRun === run && (await isSettled(at, after)))
      this.#keep(at.directory, run, { name, found });
    return found;
  }

  #touched(directory: DirectoryId, run: RunId): Kept | undefined {
    const kept = this.#directories.get(directory);
    if (kept?.run !== run) return undefined;
    this.#directories.delete(directory);
    this.#directories.set(directory, kept);
    return kept;
  }

  #keep(
    directory: DirectoryId,
    run: RunId,
    { name, found }: { readonly name: string; readonly found: Sized<unknown> },
  ) {
    const known = this.#touched(directory, run);
    if (known === undefined) this.#forget(directory);
    const kept = known ?? { run, values: new Map(), bytes: 0 };
    kept.values.set(name, found);
    kept.bytes += found.bytes;
    this.#bytes += found.bytes;
    this.#directories.set(directory, kept);
    for (const oldest of this.#directories.keys()) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#forget(oldest);
    }
  }

  #forget(directory: DirectoryId): void {
    this.#bytes -= this.#directories.get(directory)?.bytes ?? 0;
    this.#directories.delete(directory);
  }
}

/** The nesting of about 100,000 groups. */
const runMemoryBytesMax = 64 * 1024 * 1024;

/** Whether the rows are those of the last completed run: a run that applies its changes is on the way from one to the next. */
async function isSettled({ store, directory }: Place, { activeRun }: SyncState): Promise<boolean> {
  if (activeRun === undefined) return true;
  const run = await store.run(directory, activeRun);
  return run !== undefined && run.phase !== 'apply' && run.phase !== 'cleanup';
}
