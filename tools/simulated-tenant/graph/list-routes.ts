import type { TenantObject } from '../tenant-objects.ts';
import { type GraphAnswer, type GraphRequest, graphError } from './exchange.ts';
import type { GraphState } from './graph-state.ts';
import { countOf, entryOf, listOf, liveOf, selectOf } from './list-pages.ts';
import { containersOf, membersOf } from './member-routes.ts';

/** `/users`, `/groups`, one of either, counts, and members of a group. Undefined for what is none of these. */
export function answerList(state: GraphState, request: GraphRequest): GraphAnswer | undefined {
  const [collection, id, relation] = request.segments;
  if (collection !== 'users' && collection !== 'groups') return undefined;
  const isCount = request.segments.at(-1) === '$count';
  const view = isCount ? state.countView() : state.listView();
  const objects: ReadonlyMap<string, TenantObject> = collection === 'users' ? view.users : view.groups;
  if (id === undefined) return listOf(state, request, liveOf(objects));
  if (id === '$count') return countOf(request, liveOf(objects).length);
  const object = objects.get(id.toLowerCase());
  if (object?.life !== 'live') {
    return graphError(
      404,
      'Request_ResourceNotFound',
      `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
    );
  }
  if (relation === undefined) return { status: 200, body: entryOf(state, object, selectOf(request)) };
  return answerRelation(state, request, object);
}

function answerRelation(
  state: GraphState,
  request: GraphRequest,
  object: TenantObject,
): GraphAnswer | undefined {
  const [, , relation, cast] = request.segments;
  if (object.kind === 'group' && (relation === 'members' || relation === 'transitiveMembers')) {
    return membersOf(state, request, { group: object, isTransitive: relation === 'transitiveMembers', cast });
  }
  if (relation === 'memberOf') return containersOf(state, request, object.id);
  if (object.kind === 'user' && relation === 'manager') return managerOf(state, request, object.managerId);
  return undefined;
}

function managerOf(state: GraphState, request: GraphRequest, id: string | null): GraphAnswer {
  const manager = id === null ? undefined : state.listView().users.get(id);
  if (manager?.life !== 'live')
    return graphError(404, 'Request_ResourceNotFound', "Resource 'manager' does not exist.");
  return { status: 200, body: entryOf(state, manager, selectOf(request)) };
}
