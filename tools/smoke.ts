// npm run smoke -- --origin URL --admin-key KEY [--organization ID]: proves a deployment from outside and leaves nothing behind.
import { parseArgs } from 'node:util';
import { latencyTable } from './smoke/latency-table.ts';
import { smoke } from './smoke/smoke.ts';

const { values } = parseArgs({
  options: { origin: { type: 'string' }, 'admin-key': { type: 'string' }, organization: { type: 'string' } },
});
// A key on the command line is seen by every process of the machine; the environment is the better way.
const adminKey = values['admin-key'] ?? process.env['ROOKERY_ADMIN_KEY'];
if (values.origin === undefined || adminKey === undefined) {
  console.error('Usage: npm run smoke -- --origin URL --admin-key KEY [--organization ID]');
  process.exit(2);
}
const outcome = await smoke({
  origin: values.origin,
  adminKey,
  organizationId: values.organization,
  tell: (line) => console.log(line),
});
console.log(`\n${latencyTable(outcome.exchanges)}\n`);
console.log(outcome.faults.length === 0 ? 'All of it was right.' : outcome.faults.join('\n'));
process.exitCode = outcome.faults.length === 0 ? 0 : 1;
