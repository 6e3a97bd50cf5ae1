import type { GroupChange, Indexed, MembersChange, MembersOutcome } from '../directory/directory-store.ts';
import type { DirectoryGroup } from '../model/directory-object.ts';
import type { GroupId, MemberRef } from '../model/ids.ts';
import { membersChanged } from './members-completion.ts';
import { type MemberChange, memberOfKey } from './membership-rows.ts';
import type { MemoryDirectory } from './memory-directory.ts';

/** Creates a group with the members that are there; made at once. */
export function createMemoryGroup(
  state: MemoryDirectory,
  group: Indexed<DirectoryGroup>,
  how: { readonly members: readonly MemberRef[]; readonly stamp: string },
): MembersOutcome {
  const { object } = group;
  state.groups.put(group, nameTaken);
  const unknown = how.members.filter((member) => !state.holds(member));
  const changes = how.members
    .filter((member) => state.holds(member))
    .map((member): MemberChange => ({ kind: 'add', member }));
  apply(state, object.id, changes);
  state.tell(how.stamp, object.lastModified, [
    { kind: 'group-created', group: object.id, version: object.version },
    ...membersChanged(object.id, changes, {
      id: how.stamp,
      ...{ adds: changes.length, removes: 0, before: 0 },
    }),
  ]);
  return { added: changes.length, removed: 0, unknown, group: object };
}

/** Undefined when the change was made against what is not current any more; made at once. */
export function changeMemoryGroup(
  state: MemoryDirectory,
  change: GroupChange,
  stamp: string,
): MembersOutcome | undefined {
  const { after, at } = change;
  const now = state.groups.get(change.before.object.id);
  if (now === undefined || isStale(now, change)) return undefined;
  const { id } = now;
  const before = change.members.replace ? state.members(id).size : change.members.before;
  const { changes, unknown } = openChanges(state, id, change.members);
  const tally = {
    added: changes.filter(({ kind }) => kind === 'add').length,
    removed: changes.filter(({ kind }) => kind === 'remove').length,
    unknown,
  };
  if (after === undefined && changes.length === 0) return { ...tally, group: now };
  const membersStamp = changes.length > 0 ? stamp : now.membersStamp;
  const group = { ...(after?.object ?? now), membersStamp, lastModified: at };
  if (after) state.groups.put({ ...after, object: group }, nameTaken);
  else state.groups.refresh(group);
  apply(state, id, changes);
  state.tell(stamp, at, [
    ...(after ? [{ kind: 'group-changed' as const, group: id, version: group.version }] : []),
    ...membersChanged(id, changes, {
      ...{ id: stamp, adds: tally.added, removes: tally.removed },
      ...(before === undefined ? {} : { before }),
    }),
  ]);
  return { ...tally, before, group };
}

function isStale(now: DirectoryGroup, { before: { object: before }, after, exact }: GroupChange): boolean {
  if ((exact || after !== undefined) && now.version !== before.version) return true;
  return exact && now.membersStamp !== before.membersStamp;
}

/** What of a change is still to be done, and members that are not there. */
function openChanges(state: MemoryDirectory, group: GroupId, change: MembersChange) {
  const present = state.members(group);
  const wanted = new Set(change.add.map(({ id }) => id as string));
  const replaced = change.replace ? [...present].filter((id) => !wanted.has(id)).map(memberOfKey) : [];
  const isNew = (member: MemberRef) => !present.has(member.id);
  const adds = change.add.filter((member) => isNew(member) && state.holds(member));
  const removes = [...replaced, ...change.remove].filter(({ id }) => present.has(id));
  return {
    changes: [
      ...adds.map((member): MemberChange => ({ kind: 'add', member })),
      ...removes.map((member): MemberChange => ({ kind: 'remove', member })),
    ],
    unknown: change.add.filter((member) => !state.holds(member)),
  };
}

function apply(state: MemoryDirectory, group: GroupId, changes: readonly MemberChange[]): void {
  for (const { kind, member } of changes) {
    if (kind === 'add') state.join(group, member);
    else state.part(group, member.id);
  }
}

const nameTaken = 'displayName is held by another group of this directory.';
