import type { DirectoryId, GroupId } from '../model/ids.ts';
import { packGuids, unpackGuids } from '../nesting/guid.ts';
import type { MemberType } from './graph-port.ts';
import type {
  Fence,
  NestedDirectoryStore,
  NestedGroup,
  NestedUser,
  NestedWrite,
  StoredNesting,
} from './nested-store.ts';
import { partsOf } from './parts-of.ts';

export type DeadObject =
  | { readonly kind: 'user'; readonly user: NestedUser }
  | { readonly kind: 'group'; readonly group: NestedGroup };

/** Groups, or members with their reverse, that one transaction changes. */
const groupsPerCommit = 25;
const membersPerCommit = 80;
const childrenPerCommit = 4096;

const none = packGuids([]);

/**
 * Takes dead objects out of a directory, memberships first, the object last: whoever dies in between leaves a directory that fits
 * together, and the next one goes on. At most so many commits.
 */
export class Removal {
  readonly #store: NestedDirectoryStore;
  readonly #directory: DirectoryId;
  readonly #fence: Fence;
  #commitsLeft: number;
  #nesting: StoredNesting | undefined;

  constructor(
    place: {
      readonly store: NestedDirectoryStore;
      readonly directory: DirectoryId;
      readonly fence: Fence;
    },
    commits: number,
  ) {
    this.#store = place.store;
    this.#directory = place.directory;
    this.#fence = place.fence;
    this.#commitsLeft = commits;
  }

  /** False when there was no time for all of it. */
  async remove(object: DeadObject): Promise<boolean> {
    const changes = object.kind === 'user' ? this.#ofUser(object.user) : this.#ofGroup(object.group);
    for await (const writes of changes) {
      if (this.#commitsLeft-- <= 0) return false;
      await this.#commit(writes);
    }
    return true;
  }

  /** In one transaction but for the largest rows: half a commit leaves one side of a membership. */
  async #commit(writes: readonly NestedWrite[]): Promise<void> {
    if (await this.#store.commitWhole(this.#directory, this.#fence, { writes })) return;
    await this.#store.commit(this.#directory, this.#fence, writes);
  }

  async *#ofUser({ id }: NestedUser): AsyncIterable<readonly NestedWrite[]> {
    const packed = (await this.#store.groupsOf(this.#directory, [id])).get(id) ?? none;
    for (const groups of partsOf(unpackGuids(packed) as GroupId[], groupsPerCommit)) {
      yield [
        ...groups.map((group) => without(group, 'user', [id])),
        { kind: 'groups-of', member: id, added: none, removed: packGuids(groups) },
      ];
    }
    yield [{ kind: 'forget', what: 'user', id }];
  }

  async *#ofGroup({ id, held }: NestedGroup): AsyncIterable<readonly NestedWrite[]> {
    const members = await this.#store.members(this.#directory, id);
    for (const [type, packed] of Object.entries(members)) {
      for (const some of partsOf(unpackGuids(packed), membersPerCommit)) {
        yield [
          without(id, type as MemberType, some),
          ...some.map((member): NestedWrite => {
            return { kind: 'groups-of', member, added: none, removed: packGuids([id]) };
          }),
        ];
      }
    }
    this.#nesting ??= await this.#store.nesting(this.#directory);
    const { edges } = this.#nesting;
    const children = edges.flatMap(({ parent, child }) => (parent === id ? [child] : []));
    for (const some of partsOf(children, childrenPerCommit)) yield [without(id, 'group', some)];
    const parents = edges.flatMap(({ parent, child }) => (child === id && parent !== id ? [parent] : []));
    for (const some of partsOf(parents, groupsPerCommit))
      yield some.map((parent) => without(parent, 'group', [id]));
    if (held) yield [{ kind: 'held-members', group: id, members: undefined }];
    yield [{ kind: 'forget', what: 'group', id }];
  }
}

const without = (group: GroupId, type: MemberType, members: readonly string[]): NestedWrite => ({
  ...{ kind: 'members', group, type, added: none, removed: packGuids(members) },
});
