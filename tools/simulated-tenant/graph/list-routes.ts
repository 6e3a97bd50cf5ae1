import type { Json, JsonObject } from '../../../shared/model/json.ts';
import { defaultAppRoleId, type TenantGroup, type TenantObject } from '../tenant-objects.ts';
import { type GraphAnswer, type GraphRequest, graphError } from './exchange.ts';
import type { GraphState } from './graph-state.ts';
import { groupProperties, inUpperCase, propertiesOf, selected, typeOf, userProperties } from './rendering.ts';
import type { TenantView } from './tenant-view.ts';

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

interface MembersAsked {
  readonly group: TenantGroup;
  readonly isTransitive: boolean;
  readonly cast: string | undefined;
}

/** Hidden members are left out without a word; service principals unless the advanced index is asked (graph.md §1.5, §1.6). */
function membersOf(
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
function containersOf(state: GraphState, request: GraphRequest, id: string): GraphAnswer {
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

/** One page of at most 999; the rest is behind a link that remembers the last id and the query. */
export function listOf(
  state: GraphState,
  request: GraphRequest,
  objects: readonly TenantObject[],
): GraphAnswer {
  return pageOf(
    state,
    request,
    objects.map((object) => () => entryOf(state, object, selectOf(request))),
  );
}

/** Pages over anything: `$top` up to 999, 100 unless told. */
export function pageOf(
  state: GraphState,
  request: GraphRequest,
  items: readonly (() => Json)[],
): GraphAnswer {
  const { decoded } = request.query;
  const top = Number(decoded.get('top') ?? '100');
  if (!Number.isInteger(top) || top < 1 || top > pageSizeMax) {
    return graphError(
      400,
      'Request_BadRequest',
      `Invalid page size specified: '${decoded.get('top')}'. Must be between 1 and 999 inclusive.`,
    );
  }
  if (decoded.has('filter') || decoded.has('expand') || decoded.has('orderby')) {
    return graphError(
      400,
      'Request_UnsupportedQuery',
      'The simulated lists take $select, $top, $count and $skiptoken only.',
    );
  }
  const skip = decoded.get('skiptoken');
  const start = skip === undefined ? 0 : Number(/^at(\d+)$/.exec(skip)?.[1] ?? Number.NaN);
  if (Number.isNaN(start))
    return graphError(400, 'Directory_ExpiredPageToken', 'The specified page token value has expired.');
  const page = items.slice(start, start + top).map((render) => render());
  const isLast = start + top >= items.length;
  const isUpper = state.faults.happens('upper-case-ids');
  return {
    status: 200,
    body: {
      '@odata.context': `${state.serviceUrl()}/$metadata#${request.segments.join('/')}`,
      ...(isAdvanced(request) ? { '@odata.count': items.length } : {}),
      ...(isLast ? {} : { '@odata.nextLink': linkTo(state, request, start + top) }),
      value: isUpper ? page.map(inUpperCase) : page,
    },
  };
}

function linkTo(state: GraphState, request: GraphRequest, at: number): string {
  const kept = [...request.query.raw]
    .filter(([name]) => name !== 'skiptoken')
    .map(([name, value]) => `$${name}=${value}`);
  const path = request.segments.map(encodeURIComponent).join('/').replaceAll('%24', '$');
  return `${state.serviceUrl()}/${path}?${[...kept, `$skiptoken=at${at}`].join('&')}`;
}

function entryOf(state: GraphState, object: TenantObject, select: readonly string[]): JsonObject {
  const properties =
    object.kind === 'user'
      ? userProperties(object)
      : object.kind === 'group'
        ? groupProperties(object)
        : propertiesOf(object);
  const canRead = object.kind !== 'user' || state.permissions.has('User.Read.All');
  const shown = canRead ? selected(properties, select) : { id: object.id };
  return { '@odata.type': typeOf(object.kind), ...shown };
}

function managerOf(state: GraphState, request: GraphRequest, id: string | null): GraphAnswer {
  const manager = id === null ? undefined : state.listView().users.get(id);
  if (manager?.life !== 'live')
    return graphError(404, 'Request_ResourceNotFound', "Resource 'manager' does not exist.");
  return { status: 200, body: entryOf(state, manager, selectOf(request)) };
}

/** A bare number in a text, of the advanced index. */
function countOf(request: GraphRequest, count: number): GraphAnswer {
  if (String(request.headers['consistencylevel']).toLowerCase() !== 'eventual') {
    return graphError(400, 'Request_BadRequest', '$count needs the header ConsistencyLevel: eventual.');
  }
  return { status: 200, body: count };
}

/** `/domains`, `/organization`, service principals and who is assigned to them. */
export function answerTenant(state: GraphState, request: GraphRequest): GraphAnswer | undefined {
  const [collection, id] = request.segments;
  switch (collection) {
    case 'domains':
      return pageOf(
        state,
        request,
        state.tenant.domains.map((domain) => () => domainEntry({ ...domain })),
      );
    case 'organization':
      return id === undefined ? pageOf(state, request, [() => organization(state)]) : undefined;
    case 'servicePrincipals':
      return servicePrincipals(state, request, id);
    default:
      return /^servicePrincipals[(]appId='[^']+'[)]$/.test(collection ?? '')
        ? servicePrincipals(state, request, state.tenant.applicationId)
        : undefined;
  }
}

const domainEntry = (domain: JsonObject): JsonObject => ({
  ...domain,
  isRoot: true,
  authenticationType: 'Managed',
  supportedServices: [],
});

function organization({ tenant, listView }: GraphState): JsonObject {
  const verified = listView().domains.filter(({ isVerified }) => isVerified);
  return {
    id: tenant.id,
    displayName: tenant.displayName,
    verifiedDomains: verified.map(({ id, isDefault, isInitial }) => ({
      name: id,
      isDefault,
      isInitial,
      type: 'Managed',
    })),
  };
}

function servicePrincipals(
  state: GraphState,
  request: GraphRequest,
  id: string | undefined,
): GraphAnswer | undefined {
  const entry = { id: state.tenant.applicationId, appId: state.tenant.applicationId, displayName: 'Rookery' };
  if (id === undefined) return pageOf(state, request, [() => entry]);
  const isKnown =
    id.toLowerCase() === state.tenant.applicationId && !state.faults.happens('assignments-not-found');
  if (!isKnown) return graphError(404, 'Request_ResourceNotFound', `Resource '${id}' does not exist.`);
  const relation = request.segments[request.segments[0] === 'servicePrincipals' ? 2 : 1];
  if (relation === undefined) return { status: 200, body: entry };
  return relation === 'appRoleAssignedTo' ? assignments(state, request) : undefined;
}

/** A principal may come once per role; assignments of the deleted linger, with a fault. */
function assignments(state: GraphState, request: GraphRequest): GraphAnswer {
  const { faults } = state;
  if (faults.happens('assignments-empty')) return pageOf(state, request, []);
  const view = state.listView();
  const entries = view.assignments
    .filter(
      ({ principalId }) =>
        view.object(principalId)?.life === 'live' || faults.happens('assignments-of-deleted'),
    )
    .flatMap((assignment) => {
      const principal = view.object(assignment.principalId);
      const entry = {
        id: assignment.id,
        principalId: assignment.principalId,
        principalType: principal?.kind === 'group' ? 'Group' : 'User',
        principalDisplayName:
          principal === undefined || principal.kind === 'device' ? null : principal.displayName,
        resourceId: state.tenant.applicationId,
        appRoleId: assignment.appRoleId,
        createdDateTime: '2026-01-01T00:00:00Z',
      };
      const again = { ...entry, id: `${assignment.id}-again`, appRoleId: defaultAppRoleId };
      return faults.happens('assignments-repeated') ? [entry, again] : [entry];
    });
  return pageOf(
    state,
    request,
    entries.map((entry) => () => entry),
  );
}

const selectOf = ({ query }: GraphRequest): readonly string[] =>
  (query.decoded.get('select') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

const isAdvanced = ({ headers, query }: GraphRequest): boolean =>
  String(headers['consistencylevel']).toLowerCase() === 'eventual' && query.decoded.get('count') === 'true';

const liveOf = (objects: ReadonlyMap<string, TenantObject>): TenantObject[] =>
  [...objects.values()].filter(({ life }) => life === 'live');

const pageSizeMax = 999;
