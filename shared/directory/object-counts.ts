import type { DirectoryId } from '../model/ids.ts';
import type { ResourceKind } from '../scim/scim-directory.ts';

interface Counted {
  readonly at: number;
  readonly User: number;
  readonly Group: number;
}

const directoriesMax = 1024;
const lifeMilliseconds = 600_000;

/** Counts as last read, plus what this process has created since: enough to know that a limit is far away. */
export class ObjectCounts {
  readonly #counted = new Map<DirectoryId, Counted>();

  estimate(directory: DirectoryId, now: number): Counted | undefined {
    const counted = this.#counted.get(directory);
    return counted && now - counted.at < lifeMilliseconds ? counted : undefined;
  }

  set(directory: DirectoryId, counted: Counted): void {
    this.#counted.delete(directory);
    this.#counted.set(directory, counted);
    for (const oldest of this.#counted.keys()) {
      if (this.#counted.size <= directoriesMax) break;
      this.#counted.delete(oldest);
    }
  }

  add(directory: DirectoryId, kind: ResourceKind): void {
    const counted = this.#counted.get(directory);
    if (counted) this.#counted.set(directory, { ...counted, [kind]: counted[kind] + 1 });
  }
}
