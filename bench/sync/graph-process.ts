import { createInterface } from 'node:readline';
import { startSimulatedGraph } from '../../tools/simulated-tenant/graph/simulated-graph.ts';
import { largeTenant } from './large-tenant.ts';

// node bench/sync/graph-process.ts USERS GROUPS EDGES: serves the tenant, says where on one line, ends with its parent.
// On a line `join GROUPS MEMBERS` so many users become members of so many groups each; it says how many came of that.
const [users = 0, groups = 0, userEdges = 0] = process.argv.slice(2).map(Number);
const tenant = largeTenant({ users, groups, userEdges });
const graph = await startSimulatedGraph(tenant, { resourceUnitsMax: Number.POSITIVE_INFINITY });
const memberships = tenant.groups.values().reduce((sum, { members }) => sum + members.size, 0);
say({ url: graph.url, token: graph.token, tenantId: tenant.id, memberships });

const groupIds = [...tenant.groups.keys()];
const userIds = [...tenant.users.keys()];
let nextGroup = 0;
let nextUser = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const [order, into = 0, members = 0] = line
    .split(' ')
    .map((word, place) => (place === 0 ? word : Number(word)));
  if (order !== 'join') throw new Error(`there is no order ${order}`);
  say(join(Number(into), Number(members)));
}
process.exit();

function join(into: number, members: number) {
  const joined = new Set<string>();
  for (let index = 0; index < into; index++) {
    const group = groupIds[nextGroup++ % groupIds.length] ?? '';
    for (let added = 0; added < members; ) {
      const user = userIds[nextUser++ % userIds.length] ?? '';
      if (tenant.groups.get(group)?.members.has(user)) continue;
      tenant.addMember(group, user);
      joined.add(user);
      added++;
    }
  }
  return { groups: into, users: joined.size };
}

function say(answer: object): void {
  console.log(JSON.stringify(answer));
}
