import type { GroupId } from '../model/ids.ts';
import type { DeriveSources } from './derive-sources.ts';
import type { GroupEntry } from './graph-port.ts';
import type { LimitedChange } from './held-groups.ts';
import { partsOf } from './parts-of.ts';

/** Display names of groups: as the round says, or else as they are stored. */
export class GroupNames {
  readonly #sources: DeriveSources;
  readonly #names = new Map<number, string>();

  constructor(sources: DeriveSources) {
    this.#sources = sources;
  }

  /** What the round says of all groups, or of these. */
  async readStaged(only?: ReadonlySet<number>): Promise<void> {
    const { store, run, round } = this.#sources;
    const range = { run: run.id, stream: 'groups', from: 0, to: run.groups.pages };
    for await (const page of store.stagedPages(run.directory, range)) {
      if (page?.kind !== 'groups') continue;
      for (const entry of page.items) {
        const group = round.groupIds.find(entry.id);
        if (group !== undefined && (only?.has(group) ?? true)) this.#note(group, entry);
      }
    }
  }

  #note(group: number, entry: GroupEntry): void {
    const name = entry.kind === 'present' ? entry.fields['displayName'] : undefined;
    if (typeof name === 'string') this.#names.set(group, name);
  }

  async load(groups: readonly number[]): Promise<void> {
    const { store, run, round } = this.#sources;
    const unknown = [...new Set(groups)].filter((group) => !this.#names.has(group));
    for (const some of partsOf(unknown, groupsAtOnce)) {
      const rows = await store.groups(
        run.directory,
        some.map((group) => round.groupIds.textOf(group) as GroupId),
      );
      for (const { id, attributes } of rows) {
        const group = round.groupIds.find(id);
        if (group !== undefined) this.#names.set(group, String(attributes['displayName'] ?? id));
      }
    }
  }

  of(group: number): string {
    return this.#names.get(group) ?? this.#sources.round.groupIds.textOf(group);
  }
}

const groupsAtOnce = 1000;

/** Names of groups above their limit, for whoever has to split them (XA-05). */
export async function heldNames(sources: DeriveSources, { groups }: LimitedChange): Promise<GroupNames> {
  const names = new GroupNames(sources);
  const held = groups.flatMap(({ group, held }) => (held ? [group] : []));
  if (held.length === 0) return names;
  await names.readStaged(new Set(held));
  await names.load(held);
  return names;
}
