import type { GraphAnswer, GraphReader } from './graph-port.ts';

/** What answers took by now and is in nobody's books. */
export interface Taken {
  readonly calls: number;
  readonly resourceUnits: number;
}

/** A reader that keeps book of all that its answers took, faults and pages read ahead included. */
export function countedGraph(graph: GraphReader) {
  let taken: Taken = { calls: 0, resourceUnits: 0 };

  async function booked<T>(reading: Promise<GraphAnswer<T>>): Promise<GraphAnswer<T>> {
    const answer = await reading;
    taken = {
      calls: taken.calls + (answer.calls ?? 0),
      resourceUnits: taken.resourceUnits + (answer.resourceUnits ?? 0),
    };
    return answer;
  }

  const { groupsOf, counts } = graph;
  const counted: GraphReader = {
    usersDelta: (from) => booked(graph.usersDelta(from)),
    groupsDelta: (from) => booked(graph.groupsDelta(from)),
    userList: (link) => booked(graph.userList(link)),
    groupList: (link) => booked(graph.groupList(link)),
    groupMembers: (group, link) => booked(graph.groupMembers(group, link)),
    user: (id) => booked(graph.user(id)),
    organization: () => booked(graph.organization()),
    domains: () => booked(graph.domains()),
    appRoleAssignedTo: (servicePrincipal, link) => booked(graph.appRoleAssignedTo(servicePrincipal, link)),
    permissions: () => booked(graph.permissions()),
    ...(groupsOf && { groupsOf: (member, link) => booked(groupsOf.call(graph, member, link)) }),
    ...(counts && { counts: (questions) => booked(counts.call(graph, questions)) }),
  };
  return {
    graph: counted,
    /** What was taken since this was asked last. */
    taken: (): Taken => {
      const since = taken;
      taken = { calls: 0, resourceUnits: 0 };
      return since;
    },
  };
}
