import { memberOf } from '../model/new-ids.ts';
import type { Resource, Wanted } from '../scim/scim-directory.ts';
import type { DirectoryContext } from './directory-context.ts';
import type { DirectoryStore } from './directory-store.ts';
import { allMembers, groupsOfUser, memberElements, type Parents, parentsOf } from './group-memberships.ts';
import { withAttribute } from './resources.ts';
import { sideBySide } from './side-by-side.ts';

/** Reads what resources do not carry in their own row, for one request. */
export interface Extras {
  readonly membersOf: (group: Resource) => Promise<Resource>;
  readonly groupsOf: (user: Resource) => Promise<Resource>;
}

export function extrasFrom(store: DirectoryStore, context: DirectoryContext): Extras {
  let parents: Promise<Parents> | undefined;
  return {
    membersOf: async (group) => {
      const member = memberOf(group.id);
      if (member?.kind !== 'group') return group;
      return withAttribute(group, 'members', memberElements(await allMembers(store, context, member.id)));
    },
    groupsOf: async (user) => {
      const member = memberOf(user.id);
      if (member?.kind !== 'user') return user;
      // One read of the nesting serves all users of the request.
      parents ??= parentsOf(store, context);
      return withAttribute(user, 'groups', await groupsOfUser(store, context, { user: member.id, parents }));
    },
  };
}

/** The resources with what is wanted of them, in their order. */
export async function withExtras(
  resources: readonly Resource[],
  extras: Extras,
  wanted: Wanted,
): Promise<readonly Resource[]> {
  if (!wanted.members && !wanted.groups) return resources;
  return sideBySide(resources, async (resource) => {
    if (resource.kind === 'Group') return wanted.members ? extras.membersOf(resource) : resource;
    return wanted.groups ? extras.groupsOf(resource) : resource;
  });
}
