import type { DirectoryUser, RawRecord } from '../model/directory-object.ts';
import type { DirectoryId } from '../model/ids.ts';
import type { JsonObject } from '../model/json.ts';
import { newUserId } from '../model/new-ids.ts';
import { assertWritable } from '../scim/entity-tags.ts';
import { applyPatch } from '../scim/patch.ts';
import type { PatchOperation } from '../scim/patch-operation.ts';
import type { ResourceDraft } from '../scim/resource-draft.ts';
import type { Precondition, Resource, Target, Wanted, WriteTerms } from '../scim/scim-directory.ts';
import { type DirectoryContext, timestamp } from './directory-context.ts';
import type { DirectoryStore } from './directory-store.ts';
import { isNews } from './draft-change.ts';
import { groupsOfUser, parentsOf } from './group-memberships.ts';
import { assertRoom } from './object-limits.ts';
import { indexedUser, userResource, withAttribute } from './resources.ts';
import { notFound, userIdOf } from './target-ids.ts';
import { untilWritten } from './write-attempts.ts';

/** The users of one directory. A change of a user never touches its memberships. */
export function directoryUsers(store: DirectoryStore, context: DirectoryContext) {
  const { directory } = context;

  async function create(draft: ResourceDraft, _wanted: Wanted): Promise<Resource> {
    const settings = await context.settings();
    await assertRoom(store, context, { kind: 'User', settings });
    const at = timestamp(context);
    const { attributes, raw } = draft;
    const user = {
      id: newUserId(context.memory.ids.from(context)),
      version: 1,
      created: at,
      lastModified: at,
      attributes,
      raw,
    };
    await store.createUser(directory, indexedUser(user));
    context.memory.counts.add(directory, 'User');
    return userResource(user);
  }

  /** One round trip: the user beside its groups. */
  async function read(target: Target, wanted: Wanted): Promise<Resource> {
    const id = userIdOf(target);
    const [user, groups] = await Promise.all([
      store.user(directory, id),
      wanted.groups ? groupsOfUser(store, context, { user: id, parents: parentsOf(store, context) }) : [],
    ]);
    if (!user) throw notFound(target);
    return withAttribute(userResource(user), 'groups', groups);
  }

  const replace = (target: Target, draft: ResourceDraft, terms: WriteTerms) =>
    change(target, terms, (before) => (isNews('User', before, draft) ? draft : undefined));

  const patch = (target: Target, operations: readonly PatchOperation[], terms: WriteTerms) =>
    change(target, terms, (before) => {
      const after = applyPatch('User', before, operations);
      return after.changed ? after : undefined;
    });

  /** One read and one transaction, more only after a lost race. Without news nothing is written. */
  async function change(target: Target, terms: WriteTerms, newsOf: NewsOf): Promise<Resource> {
    const id = userIdOf(target);
    await context.settings();
    const user = await inTurn(id, async () => {
      const before = await current(store, directory, target);
      assertWritable(terms.on, userResource(before).version);
      const news = newsOf(before);
      if (!news) return before;
      const after = successor(context, before, news);
      return (await store.replaceUser(directory, indexedUser(before), indexedUser(after)))
        ? after
        : undefined;
    });
    const groups = terms.wanted.groups
      ? await groupsOfUser(store, context, { user: id, parents: parentsOf(store, context) })
      : [];
    return withAttribute(userResource(user), 'groups', groups);
  }

  async function remove(target: Target, on: Precondition): Promise<void> {
    const id = userIdOf(target);
    await context.settings();
    await inTurn(id, async () => {
      const user = await current(store, directory, target);
      assertWritable(on, userResource(user).version);
      return (await store.deleteUser(directory, indexedUser(user), timestamp(context))) || undefined;
    });
    context.memory.positions.forget(directory, 'user');
  }

  const inTurn = <T>(id: string, attempt: () => Promise<T | undefined>) =>
    context.memory.queues.take(`${directory}|${id}`, () => untilWritten(context, attempt));

  return { create, read, replace, patch, remove };
}

interface News {
  readonly attributes: JsonObject;
  readonly raw: RawRecord;
}

/** What a request makes of a user; undefined when that is nothing new. */
type NewsOf = (before: DirectoryUser) => News | undefined;

async function current(
  store: DirectoryStore,
  directory: DirectoryId,
  target: Target,
): Promise<DirectoryUser> {
  const user = await store.user(directory, userIdOf(target));
  if (!user) throw notFound(target);
  return user;
}

function successor(context: DirectoryContext, before: DirectoryUser, news: News): DirectoryUser {
  const isRename = before.attributes['userName'] !== news.attributes['userName'];
  if (isRename) context.memory.positions.forget(context.directory, 'user');
  const { attributes, raw } = news;
  return { ...before, version: before.version + 1, lastModified: timestamp(context), attributes, raw };
}
