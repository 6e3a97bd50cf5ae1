import type { DirectoryId, RunId } from '../model/ids.ts';
import type { NestedDirectoryStore } from './nested-store.ts';
import type { SyncState } from './sync-state.ts';

/** A value and about how many bytes it takes. */
export interface Sized<T> {
  readonly value: T;
  readonly bytes: number;
}

interface Place {
  readonly store: Pick<NestedDirectoryStore, 'state' | 'run'>;
  readonly directory: DirectoryId;
}

/** What is remembered, or read now, of one completed run. */
export interface AsOfRun {
  readonly state: SyncState;
  /** The value of that name; read when it is not remembered of this very run. */
  of<T>(name: string, read: () => Promise<Sized<T>>): Promise<T>;
}

interface Asked {
  readonly at: Place;
  readonly state: SyncState;
  readonly run: RunId;
  readonly name: string;
}

interface Kept {
  readonly run: RunId;
  readonly found: Sized<unknown>;
}

/**
 * What a process remembers of what it made of a directory's rows, as one completed run left them. Each question reads the state
 * first, and nothing is kept that was read while rows were being changed, so that no run's answer is ever given for another's.
 * Of one name there is one type. Answers are right without any of it.
 */
export class RunMemory {
  readonly #bytesMax: number;
  /** By directory and name; the one asked for last is the last. */
  readonly #kept = new Map<string, Kept>();
  readonly #underWay = new Map<string, Promise<Sized<unknown>>>();
  #bytes = 0;

  constructor(bytesMax = runMemoryBytesMax) {
    this.#bytesMax = bytesMax;
  }

  /** What a question that begins now may ask: all of it as of one run. */
  async asOf(at: Place): Promise<AsOfRun> {
    const state = await at.store.state(at.directory);
    // What is there after a run that was ended half-way is no completed run's.
    const run = state.unsettled === undefined ? state.lastCompletedRun : undefined;
    return {
      state,
      of: async (name, read) =>
        run === undefined ? (await read()).value : await this.#of({ at, state, run, name }, read),
    };
  }

  async #of<T>(asked: Asked, read: () => Promise<Sized<T>>): Promise<T> {
    const key = `${asked.at.directory} ${asked.name}`;
    const kept = this.#kept.get(key);
    if (kept?.run === asked.run) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept.found.value as T;
    }
    const reading = `${asked.run} ${key}`;
    const begun = this.#underWay.get(reading);
    if (begun !== undefined) return (await begun).value as T;
    const found = this.#read(asked, key, read).finally(() => this.#underWay.delete(reading));
    this.#underWay.set(reading, found);
    return (await found).value;
  }

  async #read<T>({ at, state, run }: Asked, key: string, read: () => Promise<Sized<T>>): Promise<Sized<T>> {
    const wasSettled = await isSettled(at, state);
    const found = await read();
    if (!wasSettled || found.bytes + entryBytes > this.#bytesMax) return found;
    const after = await at.store.state(at.directory);
    if (after.lastCompletedRun === run && (await isSettled(at, after))) this.#keep(key, { run, found });
    return found;
  }

  #keep(key: string, kept: Kept): void {
    this.#forget(key);
    this.#kept.set(key, kept);
    this.#bytes += kept.found.bytes + entryBytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#bytes -= kept.found.bytes + entryBytes;
    this.#kept.delete(key);
  }
}

/** The nesting of about 100,000 groups; and what an entry takes itself. */
const runMemoryBytesMax = 64 * 1024 * 1024;
const entryBytes = 200;

/** Whether the rows are those of the last completed run: a run that applies its changes is on the way from one to the next. */
async function isSettled({ store, directory }: Place, { activeRun, unsettled }: SyncState): Promise<boolean> {
  if (unsettled !== undefined) return false;
  if (activeRun === undefined) return true;
  const run = await store.run(directory, activeRun);
  return run !== undefined && run.phase !== 'apply' && run.phase !== 'cleanup';
}
