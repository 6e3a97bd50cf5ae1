import type { JsonObject } from '../../../shared/model/json.ts';
import { defaultAppRoleId } from '../tenant-objects.ts';
import { type GraphAnswer, type GraphRequest, graphError } from './exchange.ts';
import type { GraphState } from './graph-state.ts';
import { pageOf } from './list-pages.ts';

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
