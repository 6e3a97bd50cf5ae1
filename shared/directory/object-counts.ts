import type { DirectoryId } from '../model/ids.ts';
import { Refusal } from '../model/refusal.ts';
import type { ScimSettings } from '../scim/exchange.ts';
import type { ResourceKind } from '../scim/scim-directory.ts';
import type { DirectoryContext } from './directory-context.ts';
import type { DirectoryStore } from './directory-store.ts';

interface Counted {
  readonly at: number;
  readonly User: number;
  readonly Group: number;
}

const directoriesMax = 1024;
const lifeMilliseconds = 600_000;
/** From this part of a limit on, every create looks at the real counts. */
const nearLimit = 0.9;

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

/** Refusal `limit-exceeded` for a create beyond the directory's limit; nothing is read while the limit is far away. */
export async function assertRoom(
  store: DirectoryStore,
  context: DirectoryContext,
  creating: { readonly kind: ResourceKind; readonly settings: ScimSettings },
): Promise<void> {
  const { kind, settings } = creating;
  const max = kind === 'User' ? settings.usersMax : settings.groupsMax;
  const estimate = context.memory.counts.estimate(context.directory, context.now());
  if (estimate && estimate[kind] < max * nearLimit) return;
  const { users, groups } = await store.counts(context.directory);
  const counted = { at: context.now(), User: users, Group: groups };
  context.memory.counts.set(context.directory, counted);
  if (counted[kind] < max) return;
  throw new Refusal(
    'limit-exceeded',
    `This directory holds at most ${max} ${kind === 'User' ? 'users' : 'groups'}.`,
  );
}
