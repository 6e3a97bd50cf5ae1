import { newGroupId } from '../model/new-ids.ts';
import { assertWritable } from '../scim/entity-tags.ts';
import { applyPatch, type MembersEdit } from '../scim/patch.ts';
import type { PatchOperation } from '../scim/patch-operation.ts';
import type { ResourceDraft } from '../scim/resource-draft.ts';
import type { Precondition, Resource, Target, Wanted, WriteTerms } from '../scim/scim-directory.ts';
import { type DirectoryContext, timestamp } from './directory-context.ts';
import type { DirectoryStore } from './directory-store.ts';
import { isNews } from './draft-change.ts';
import { announceNesting, type ChangedGroup, type GroupRequest, groupChanges } from './group-changes.ts';
import { allMembers, memberElements } from './group-memberships.ts';
import { assertKnown, membersOf } from './member-changes.ts';
import { assertRoom } from './object-limits.ts';
import { groupResource, indexedGroup, withAttribute } from './resources.ts';
import { groupIdOf, notFound } from './target-ids.ts';
import { untilWritten } from './write-attempts.ts';

/** The groups of one directory and their direct members. */
export function directoryGroups(store: DirectoryStore, context: DirectoryContext) {
  const { directory } = context;
  const changes = groupChanges(store, context);

  async function create(draft: ResourceDraft, wanted: Wanted): Promise<Resource> {
    const settings = await context.settings();
    await assertRoom(store, context, { kind: 'Group', settings });
    const { members, unknown } = membersOf((draft.members ?? []).map(({ value }) => value));
    await assertKnown(store, context, { settings, add: members, unknown });
    await announceNesting(context, settings, members);
    const at = timestamp(context);
    const { attributes, raw } = draft;
    const fresh = {
      id: newGroupId(context.memory.ids.from(context)),
      version: 1,
      membersStamp: '0',
      attributes,
      raw,
    };
    const group = { ...fresh, created: at, lastModified: at };
    const outcome = await store.createGroup(directory, indexedGroup(group), members);
    context.memory.counts.add(directory, 'Group');
    const missing = new Set(outcome.unknown.map(({ id }) => id as string));
    const stored = members
      .filter(({ id }) => !missing.has(id))
      .sort((one, other) => (one.id < other.id ? -1 : 1));
    const shown = wanted.members ? memberElements(stored) : [];
    return withUnknown(withAttribute(groupResource(outcome.group), 'members', shown), [
      ...unknown,
      ...missing,
    ]);
  }

  /** The group beside its members: one round trip, and one more for every thousand members. */
  async function read(target: Target, wanted: Wanted): Promise<Resource> {
    const id = groupIdOf(target);
    const [group, members] = await Promise.all([
      store.group(directory, id),
      wanted.members ? allMembers(store, context, id) : [],
    ]);
    if (!group) throw notFound(target);
    return withAttribute(groupResource(group), 'members', memberElements(members));
  }

  async function replace(target: Target, draft: ResourceDraft, terms: WriteTerms): Promise<Resource> {
    return changed(target, terms, replacement(draft));
  }

  async function patch(target: Target, operations: readonly PatchOperation[], terms: WriteTerms) {
    return changed(target, terms, patchRequest(operations));
  }

  async function changed(target: Target, terms: WriteTerms, request: GroupRequest): Promise<Resource> {
    const outcome: ChangedGroup = await changes.change(target, terms, request);
    const members = terms.wanted.members ? await allMembers(store, context, outcome.group.id) : [];
    const resource = withAttribute(groupResource(outcome.group), 'members', memberElements(members));
    const { dropped } = outcome;
    return withUnknown(dropped ? { ...resource, droppedMembers: dropped } : resource, outcome.unknown);
  }

  async function remove(target: Target, on: Precondition): Promise<void> {
    const id = groupIdOf(target);
    await context.settings();
    await context.memory.queues.take(`${directory}|${id}`, () =>
      untilWritten(context, async () => {
        const group = await changes.current(target);
        assertWritable(on, groupResource(group).version);
        return (await store.deleteGroup(directory, indexedGroup(group), timestamp(context))) || undefined;
      }),
    );
    context.memory.positions.forget(directory, 'group');
  }

  return { create, read, replace, patch, remove };
}

const noEdit: MembersEdit = { replace: false, add: [], remove: [] };

/** PUT without `members` leaves memberships alone: some clients send them apart. */
function replacement(draft: ResourceDraft): GroupRequest {
  const members: MembersEdit = draft.members
    ? { replace: true, add: draft.members.map(({ value }) => value), remove: [] }
    : noEdit;
  return {
    newsOf: (before) => ({ ...draft, members, changed: isNews('Group', before, draft) }),
    ...(draft.members ? { members } : {}),
  };
}

function patchRequest(operations: readonly PatchOperation[]): GroupRequest {
  const isAboutMembersOnly = operations.every(isAboutMembers);
  return {
    newsOf: (before) => applyPatch('Group', before, operations),
    ...(isAboutMembersOnly ? { members: applyPatch('Group', nothing, operations).members } : {}),
  };
}

const nothing = { attributes: {}, raw: { body: {}, patched: {} } };

const isAboutMembers = ({ path }: PatchOperation) =>
  path?.attribute.toLowerCase() === 'members' && path.schema === undefined;

const withUnknown = (resource: Resource, unknownMembers: readonly string[]): Resource =>
  unknownMembers.length > 0 ? { ...resource, unknownMembers } : resource;
