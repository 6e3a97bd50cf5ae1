import { fingerprintOf, followed, newTrail } from './endless-round.ts';
import type { Assignment, GraphAnswer, GraphFault, GraphReader, ListPage } from './graph-port.ts';
import { withMissing } from './missing-once.ts';
import { type Refused, refused } from './run-events.ts';
import type { Checked, SyncRun } from './run-records.ts';
import type { NestedSettings } from './settings.ts';
import type { SyncState } from './sync-state.ts';

/** Who is assigned to the application in scope; in other scopes nobody is asked for. */
export type Assigned = Pick<Checked, 'assigned' | 'missing' | 'application'>;

/** The application whose assignments are the scope, as ids are compared. */
export function applicationIn({ scope }: NestedSettings): string | undefined {
  return scope.kind === 'application' ? scope.servicePrincipalId.toLowerCase() : undefined;
}

/**
 * Reads who is assigned. An application that is not there is no evidence that everybody left, and what was read of another one says
 * nothing of it (graph.md §2): the run fails and all stay as they are. Nor is a list that lacks somebody before a second one does, or
 * everybody before a later run reads the same.
 */
export async function assignedPrincipals(
  graph: GraphReader,
  run: SyncRun,
  state: SyncState,
): Promise<GraphAnswer<Assigned> | Refused> {
  const id = applicationIn(run.settings);
  if (id === undefined) return { kind: 'read', value: { assigned: nobody }, calls: 0, resourceUnits: 0 };
  const list = await assignmentsOf(graph, id);
  if (list.kind === 'refused') return list;
  if (list.kind === 'fault') return withReason(id, list.fault);
  const listed = principalsOf(list.value);
  const last = state.checked?.application?.id === id ? state.checked : undefined;
  if (!isNobody(listed)) {
    const { calls, resourceUnits, ...who } = await askedTwice(graph, run, { id, list, last });
    return { kind: 'read', value: { ...who, application: { id } }, calls, resourceUnits };
  }
  const value = withoutAnybody(id, state);
  return 'kind' in value ? value : { ...list, value };
}

interface Listed {
  readonly id: string;
  readonly list: Extract<GraphAnswer<readonly Assignment[]>, { kind: 'read' }>;
  readonly last: Checked | undefined;
}

/** Whoever starts a run by hand may just have taken somebody out, and waits for it: the second list is read at once. */
async function askedTwice(graph: GraphReader, run: SyncRun, { id, list, last }: Listed) {
  const { calls, resourceUnits } = list;
  const once = withMissing(principalsOf(list.value), last);
  if (once.missing === undefined || run.trigger !== 'manual') return { ...once, calls, resourceUnits };
  const again = await assignmentsOf(graph, id);
  if (again.kind !== 'read') return { ...once, calls, resourceUnits };
  const cost = { calls: calls + again.calls, resourceUnits: resourceUnits + again.resourceUnits };
  const listed = principalsOf(again.value);
  return { ...(isNobody(listed) ? once : withMissing(listed, once)), ...cost };
}

function withReason(id: string, fault: GraphFault): GraphAnswer<Assigned> | Refused {
  switch (fault.kind) {
    case 'not-found':
      return refused(
        'scope_not_found',
        `Graph does not know the application in scope, ${id}: nobody was removed. Choose another scope, or restore it`,
      );
    case 'forbidden':
      return { kind: 'fault', fault: { ...fault, detail: `${permissionNeeded}: ${fault.detail}` } };
    default:
      return { kind: 'fault', fault };
  }
}

const permissionNeeded =
  'Application.Read.All is required to read who is assigned to the application in scope';

/** Nobody is assigned, says Graph. */
function withoutAnybody(id: string, { checked, counts }: SyncState): Assigned | Refused {
  const isKnown = checked?.application?.id === id;
  const isFirst = isKnown && checked.application?.empty === undefined;
  if (isFirst) {
    const { assigned, missing } = checked;
    return { assigned, ...(missing && { missing }), application: { id, empty: 'kept' } };
  }
  const isBlank = counts === undefined || counts.users + counts.groups + counts.memberships === 0;
  if (isKnown || isBlank) return { assigned: nobody, application: { id, empty: 'believed' } };
  const detail = `Nobody is assigned to the application in scope, ${id}, says Graph: nobody was removed. Assign users or groups to it, or choose another scope`;
  return refused('scope_empty', detail);
}

const nobody: Checked['assigned'] = { users: [], groups: [] };

const isNobody = ({ users, groups }: Checked['assigned']): boolean => users.length + groups.length === 0;

/** To its end, or not at all: who is missing on a part of it would leave. */
async function assignmentsOf(
  graph: GraphReader,
  id: string,
): Promise<GraphAnswer<readonly Assignment[]> | Refused> {
  const all: Assignment[] = [];
  let calls = 0;
  let resourceUnits = 0;
  let trail = newTrail;
  for (let link: string | undefined; ; ) {
    const page: GraphAnswer<ListPage<Assignment>> = await graph.appRoleAssignedTo(id, link);
    if (page.kind === 'fault') return page;
    all.push(...page.value.items);
    calls += page.calls;
    resourceUnits += page.resourceUnits;
    link = page.value.next;
    if (link === undefined) return { kind: 'read', value: all, calls, resourceUnits };
    const after = followed(trail, trailPage(page.value.items, link));
    const endless = after.endless ?? tooLong(after.trail.read, all.length);
    if (endless !== undefined) return malformed(endless);
    trail = after.trail;
  }
}

const trailPage = (items: readonly Assignment[], next: string) => ({
  ...{ items: items.length, next },
  fingerprint: fingerprintOf(items.map(({ principalId: id }) => ({ id }))),
});

/**
 * A check is one step, which has minutes, and a list that is not read to its end is none. At 999 to a page, which is asked for, these
 * are a million assignments, as many as the largest tenant has users.
 */
const assignmentPagesMax = 1000;

const tooLong = (pages: number, assignments: number): string | undefined =>
  pages < assignmentPagesMax ? undefined : `more than ${pages} pages, which have ${assignments} assignments`;

/** Not tried again in this run: it would be as many calls each time. */
const malformed = (why: string): Refused =>
  refused('graph_malformed', `Graph's list of assignments does not end: ${why}; nobody was removed`);

/** A principal comes once for each role that it has. */
function principalsOf(assignments: readonly Assignment[]): Checked['assigned'] {
  const of = (type: 'User' | 'Group') => [
    ...new Set(
      assignments.flatMap(({ principalType, principalId }) =>
        principalType === type ? [principalId.toLowerCase()] : [],
      ),
    ),
  ];
  return { users: of('User'), groups: of('Group') };
}
