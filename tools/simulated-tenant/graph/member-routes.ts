import type { TenantGroup, TenantObject } from '../tenant-objects.ts';
import { type GraphAnswer, type GraphRequest, graphError } from './exchange.ts';
import type { GraphState } from './graph-state.ts';
import { countOf, isAdvanced, listOf, liveOf } from './list-pages.ts';
import type { TenantView } from './tenant-view.ts';

export interface MembersAsked {
  readonly group: TenantGroup;
  readonly isTransitive: boolean;
  readonly cast: string | undefined;
}

/** Hidden members are left out without a word; service principals unless the advanced index is asked (graph.md §1.5, §1.6). */
export function membersOf(
  state: GraphState,
  request: GraphRequest,
  { group, isTransitive, cast }: MembersAsked,
): GraphAnswer {
  const isHidden = group.visibility === 'HiddenMembership' && !state.permissions.has('Member.Read.Hidden');
  const isCount = request.segments.at(-1) === '$count';
  const view = isCount ? state.countView() : state.listView();
  const members = () =>
    isTransitive ? transitiveMembers(state, view, group) : directMembers(state, view, group);
  const all = isHidden ? [] : members();
  if (cast === '$count') return countOf(request, all.length);
  const kind = cast?.replace(/^microsoft[.]graph[.]/, '');
  // A count is of the advanced index anyway, and says so by its header alone.
  if (kind !== undefined && !isCount && !isAdvanced(request)) {
    return graphError(
      400,
      'Request_UnsupportedQuery',
      'A cast needs $count=true and ConsistencyLevel: eventual.',
    );
  }
  const shown = all
    .filter((member) => kind === undefined || member.kind === kind)
    .filter((member) => member.kind !== 'servicePrincipal' || isCount || isAdvanced(request));
  if (isCount) return countOf(request, shown.length);
  return listOf(state, request, shown);
}

/** Groups that hold an object directly; without a cast, for casts are of the advanced index. */
export function containersOf(state: GraphState, request: GraphRequest, id: string): GraphAnswer {
  const cast = request.segments[3]?.replace(/^microsoft[.]graph[.]/, '');
  if (cast !== undefined && !isAdvanced(request)) {
    return graphError(
      400,
      'Request_UnsupportedQuery',
      'A cast needs $count=true and ConsistencyLevel: eventual.',
    );
  }
  const groups = liveOf(state.listView().groups).filter(
    (object) => object.kind === 'group' && object.members.has(id),
  );
  return listOf(state, request, cast === undefined || cast === 'group' ? groups : []);
}

function directMembers(state: GraphState, view: TenantView, { id }: TenantGroup): TenantObject[] {
  const hidesDeleted = state.faults.happens('lists-hide-deleted-members');
  return [...(view.groups.get(id)?.members ?? [])]
    .map((member) => view.object(member))
    .filter((member) => member !== undefined)
    .filter(({ life }) => life === 'live' || (life === 'soft-deleted' && !hidesDeleted));
}

function transitiveMembers(state: GraphState, view: TenantView, root: TenantGroup): TenantObject[] {
  const found = new Map<string, TenantObject>();
  const groups = [root];
  for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
    for (const member of directMembers(state, view, group)) {
      if (found.has(member.id) || member.id === root.id || member.life !== 'live') continue;
      found.set(member.id, member);
      if (member.kind === 'group') groups.push(member);
    }
  }
  return [...found.values()];
}
