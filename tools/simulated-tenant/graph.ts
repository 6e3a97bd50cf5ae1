import { parseArgs } from 'node:util';
import { foundCompany } from './company.ts';
import { parseFaults } from './graph/faults.ts';
import { startSimulatedGraph } from './graph/simulated-graph.ts';

// node tools/simulated-tenant/graph.ts --port N [--seed S] [--token T] [--faults empty-pages=0.3,error-500=0.1]
// Prints one JSON line with what LOCAL_GRAPH_URL and LOCAL_GRAPH_TOKEN take, and serves until it is ended.
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    seed: { type: 'string', default: 'nordlicht' },
    token: { type: 'string' },
    faults: { type: 'string', default: '' },
  },
});

try {
  const tenant = foundCompany(values.seed);
  const { url, token } = await startSimulatedGraph(tenant, {
    seed: values.seed,
    port: Number(values.port),
    faults: parseFaults(values.faults),
    ...(values.token === undefined ? {} : { token: values.token }),
  });
  process.stdout.write(
    `${JSON.stringify({ ready: true, url, token, tenantId: tenant.id, applicationId: tenant.applicationId })}\n`,
  );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
