import type { ScimDirectory } from '../scim/scim-directory.ts';
import type { DirectoryContext } from './directory-context.ts';
import type { DirectoryStore } from './directory-store.ts';
import { directoryGroups } from './groups.ts';
import { directoryLists } from './lists.ts';
import { directoryUsers } from './users.ts';

/** The users and groups of one `scim` directory as the protocol asks for them; made for each request, keeps nothing. */
export function scimDirectory(store: DirectoryStore, context: DirectoryContext): ScimDirectory {
  const users = directoryUsers(store, context);
  const groups = directoryGroups(store, context);
  const { list } = directoryLists(store, context);
  const shelf = { User: users, Group: groups };
  return {
    create: async (kind, draft, wanted) => shelf[kind].create(draft, wanted),
    read: async (target, wanted) => shelf[target.kind].read(target, wanted),
    list,
    replace: async (target, draft, terms) => shelf[target.kind].replace(target, draft, terms),
    patch: async (target, operations, terms) => shelf[target.kind].patch(target, operations, terms),
    remove: async (target, on) => shelf[target.kind].remove(target, on),
  };
}
