import { startSimulatedGraph } from '../../tools/simulated-tenant/graph/simulated-graph.ts';
import { largeTenant } from './large-tenant.ts';

// node bench/sync/graph-process.ts USERS GROUPS EDGES: serves the tenant, says where on one line, ends with its parent.
const [users = 0, groups = 0, userEdges = 0] = process.argv.slice(2).map(Number);
const tenant = largeTenant({ users, groups, userEdges });
const graph = await startSimulatedGraph(tenant, { resourceUnitsMax: Number.POSITIVE_INFINITY });
const memberships = tenant.groups.values().reduce((sum, { members }) => sum + members.size, 0);
console.log(JSON.stringify({ url: graph.url, token: graph.token, tenantId: tenant.id, memberships }));
process.stdin.resume().on('end', () => process.exit());
