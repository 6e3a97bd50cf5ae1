import type { Indexed } from '../directory/directory-store.ts';
import type { DirectoryChange, OutboxEntry } from '../directory/outbox.ts';
import type { DirectoryGroup, DirectoryUser } from '../model/directory-object.ts';
import type { GroupId, MemberRef } from '../model/ids.ts';
import { Refusal } from '../model/refusal.ts';
import { keyText } from './key-text.ts';
import { memberOfKey } from './membership-rows.ts';
import { SortedKeys } from './sorted-keys.ts';

/** The objects of one kind with their indexes; each change is made at once. */
export class MemoryObjects<T extends DirectoryUser | DirectoryGroup> {
  readonly ids = new SortedKeys();
  /** Encoded unique names, as the tables order them. */
  readonly names = new SortedKeys();
  readonly #objects = new Map<string, Indexed<T>>();
  readonly #idOfName = new Map<string, string>();
  readonly #idsOfKey = new Map<string, SortedKeys>();

  get(id: string): T | undefined {
    return this.#objects.get(id)?.object;
  }

  named(encodedName: string): T | undefined {
    return this.get(this.#idOfName.get(encodedName) ?? '');
  }

  /** Objects that hold an index key, in id order. */
  holding(index: string, key: string): readonly T[] {
    return [...(this.#idsOfKey.get(`${index}|${key}`) ?? [])].flatMap((id) => this.get(id) ?? []);
  }

  /** Puts the object in the place of what has its id; Refusal `uniqueness`, and then nothing is changed. */
  put(object: Indexed<T>, nameTaken: string): void {
    const { id } = object.object;
    const known = this.#objects.get(id);
    if (known !== undefined && hasKeysOf(known, object)) {
      this.#objects.set(id, object);
      return;
    }
    const name = keyText(object.name);
    const holder = this.#idOfName.get(name);
    if (holder !== undefined && holder !== id) throw new Refusal('uniqueness', nameTaken);
    this.remove(id);
    this.#objects.set(id, object);
    this.ids.add(id);
    this.names.add(name);
    this.#idOfName.set(name, id);
    for (const key of keysOf(object)) {
      const ids = this.#idsOfKey.get(key) ?? new SortedKeys();
      ids.add(id);
      this.#idsOfKey.set(key, ids);
    }
  }

  /** A new state of the object whose index keys are as before. */
  refresh(object: T): void {
    const known = this.#objects.get(object.id);
    if (known) this.#objects.set(object.id, { ...known, object });
  }

  remove(id: string): void {
    const known = this.#objects.get(id);
    if (known === undefined) return;
    this.#objects.delete(id);
    this.ids.remove(id);
    const name = keyText(known.name);
    this.names.remove(name);
    this.#idOfName.delete(name);
    for (const key of keysOf(known)) {
      const ids = this.#idsOfKey.get(key);
      ids?.remove(id);
      if (ids?.size === 0) this.#idsOfKey.delete(key);
    }
  }
}

const keysOf = <T>({ externalId, emails }: Indexed<T>): readonly string[] => [
  ...(externalId === undefined ? [] : [`externalId|${externalId}`]),
  ...emails.map((email) => `email|${email}`),
];

const hasKeysOf = <T>(one: Indexed<T>, other: Indexed<T>): boolean =>
  one.name === other.name && keysOf(one).join('\n') === keysOf(other).join('\n');

/** The state of one directory in memory. */
export class MemoryDirectory {
  readonly users = new MemoryObjects<DirectoryUser>();
  readonly groups = new MemoryObjects<DirectoryGroup>();
  readonly outbox: OutboxEntry[] = [];
  readonly #members = new Map<string, SortedKeys>();
  readonly #groupsOf = new Map<string, SortedKeys>();

  holds(member: MemberRef): boolean {
    return (member.kind === 'user' ? this.users : this.groups).get(member.id) !== undefined;
  }

  members(group: GroupId): SortedKeys {
    return this.#members.get(group) ?? none;
  }

  groupsOf(member: string): SortedKeys {
    return this.#groupsOf.get(member) ?? none;
  }

  join(group: GroupId, member: MemberRef): void {
    entry(this.#members, group).add(member.id);
    entry(this.#groupsOf, member.id).add(group);
  }

  part(group: string, member: string): void {
    this.#members.get(group)?.remove(member);
    this.#groupsOf.get(member)?.remove(group);
  }

  /** Ends every membership on either side of the object; returns the groups it was in. */
  partFromAll(id: string): readonly string[] {
    const groups = [...(this.#groupsOf.get(id) ?? [])];
    for (const group of groups) this.part(group, id);
    for (const member of [...(this.#members.get(id) ?? [])]) this.part(id, member);
    this.#members.delete(id);
    this.#groupsOf.delete(id);
    return groups;
  }

  nestingEdges(): readonly { readonly group: string; readonly member: MemberRef }[] {
    return [...this.#members].flatMap(([group, members]) =>
      [...members]
        .map(memberOfKey)
        .filter(({ kind }) => kind === 'group')
        .map((member) => ({ group, member })),
    );
  }

  tell(stamp: string, at: string, changes: readonly DirectoryChange[]): void {
    for (const [place, change] of changes.entries())
      this.outbox.push({ key: `${stamp}.${place}`, at, change });
  }
}

const none = new SortedKeys();

function entry(map: Map<string, SortedKeys>, key: string): SortedKeys {
  const known = map.get(key);
  if (known) return known;
  const keys = new SortedKeys();
  map.set(key, keys);
  return keys;
}
