import type { DirectoryId } from '../../model/ids.ts';
import type { JsonObject } from '../../model/json.ts';
import { Refusal } from '../../model/refusal.ts';
import { directMembersOf } from '../../sync/direct-members.ts';
import { type EffectiveMember, effectiveMembersOf } from '../../sync/effective-members.ts';
import { type Explanation, explain } from '../../sync/explain-membership.ts';
import { groupsOfUser } from '../../sync/groups-of-user.ts';
import { membersNotAssigned } from '../../sync/members-not-assigned.ts';
import type { InDirectory } from '../../sync/nesting-view.ts';
import { type Handlers, nothingThere } from '../call.ts';
import { pageBody, positionOf } from '../cursors.ts';
import type { AdminPorts } from '../ports.ts';
import { readNested } from './directory-change.ts';

export const membershipHandlers: Handlers<
  'listGroupMembers' | 'listGroupsOfUser' | 'explainMembership' | 'listMembersNotAssigned'
> = {
  async listGroupMembers(call) {
    const { ports, params, query } = call;
    const { id } = await readNested(call);
    const at = placeOf(ports, id);
    const page = { after: positionOf(query.cursor), limit: query.limit };
    if (query.effective === 'false') {
      const direct = await directMembersOf(at, params.groupId, page);
      if (direct === undefined) throw nothingThere('group');
      const items = direct.items.map((member) => ({ ...member, direct: true, through: [] }));
      return { body: pageBody(items, direct.next) };
    }
    const found = await effectiveMembersOf(at, params.groupId, page);
    if (found === undefined) throw nothingThere('group');
    return { body: pageBody(found.items.map(memberView), found.next) };
  },

  async listGroupsOfUser(call) {
    const { ports, params, query } = call;
    const { id } = await readNested(call);
    const found = await groupsOfUser(placeOf(ports, id), params.userId);
    if (found === undefined) throw nothingThere('user');
    const items = found.map(({ group, direct }) => ({
      id: group.id,
      ...textOf(group.attributes, 'displayName'),
      type: direct ? ('direct' as const) : ('indirect' as const),
    }));
    return { body: cutPage(items, { after: positionOf(query.cursor), limit: query.limit }) };
  },

  async explainMembership(call) {
    const { ports, query } = call;
    const { id } = await readNested(call);
    const found = await explain(placeOf(ports, id), query, pathsMax);
    return { body: explanationView(found) };
  },

  async listMembersNotAssigned(call) {
    const { ports, query } = call;
    const { id, settings } = await readNested(call);
    if (settings.scope.kind !== 'application') {
      throw new Refusal(
        'conflict',
        'The scope of the directory is no application, so that nobody is assigned.',
        {
          reason: 'scope_not_application',
        },
      );
    }
    const page = { after: positionOf(query.cursor), limit: query.limit };
    const found = await membersNotAssigned(placeOf(ports, id), page);
    const items = found.items.map(({ user, groups }) => ({ ...namesOf(user), groups }));
    return { body: pageBody(items, found.next) };
  },
};

/** Of an explanation; more are only counted as more. */
const pathsMax = 20;

function cutPage(
  items: readonly { readonly id: string }[],
  { after = '', limit }: { readonly after?: string | undefined; readonly limit: number },
) {
  const rest = items.filter(({ id }) => id > after);
  const page = rest.slice(0, limit);
  return pageBody(page, rest.length > limit ? page.at(-1)?.id : undefined);
}

const placeOf = ({ nested: { store, memory } }: AdminPorts, directory: DirectoryId): InDirectory => ({
  ...{ store, memory, directory },
});

const memberView = ({ user, direct, through }: EffectiveMember) => ({
  type: 'user',
  ...namesOf(user),
  ...{ direct, through },
});

const namesOf = ({ id, attributes }: EffectiveMember['user']) => ({
  id,
  ...textOf(attributes, 'userName'),
  ...textOf(attributes, 'displayName'),
});

function textOf(attributes: JsonObject, name: string): Record<string, string> {
  const value = attributes[name];
  return typeof value === 'string' ? { [name]: value } : {};
}

function explanationView({ member, paths, morePaths, user, group }: Explanation) {
  const standing = user && { life: user.life, ...user.standing };
  return {
    ...{ member, reason: reasonOf({ member, paths, morePaths, user, group }), paths, morePaths },
    ...(standing === undefined ? {} : { user: standing }),
    ...(group === undefined ? {} : { group: { life: group.life, inScope: group.told, held: group.held } }),
  };
}

/** The first rule that fails, or the chain that holds. */
function reasonOf({ member, paths, user, group }: Explanation): string {
  if (user === undefined) return 'The user is not known to the directory.';
  if (group === undefined) return 'The group is not known to the directory.';
  if (group.life !== 'live') return 'The group is deleted.';
  if (!group.told) return 'The group is out of scope.';
  if (group.held) return member ? heldReasons.in : heldReasons.out;
  if (!user.standing.counts)
    return `Memberships of the user do not count: ${user.standing.reason ?? user.life}.`;
  return chainReason(paths[0]);
}

const heldReasons = {
  in: 'The group is above its limit of members and keeps its last ones: the user is among them.',
  out: 'The group is above its limit of members and keeps its last ones: the user is not among them.',
};

function chainReason(path: readonly string[] | undefined): string {
  if (path === undefined) return 'No chain of live groups leads from the group to the user.';
  const nested = path.length - 1;
  if (nested === 0) return 'The user is a direct member of the group.';
  return `The user is in the group through ${nested} nested ${nested === 1 ? 'group' : 'groups'}.`;
}
