// npm run smoke -- --origin URL --admin-key KEY [--organization ID] [--host-key KEY]: proves a deployment from outside and leaves
// nothing behind. With the host's master key its functions are compared with those of dist/app.
import { parseArgs } from 'node:util';
import { packagedFunctions } from './smoke/function-list.ts';
import { latencyTable } from './smoke/latency-table.ts';
import { smoke } from './smoke/smoke.ts';

const { values } = parseArgs({
  options: {
    origin: { type: 'string' },
    'admin-key': { type: 'string' },
    organization: { type: 'string' },
    'host-key': { type: 'string' },
  },
});
// A key on the command line is seen by every process of the machine; the environment is the better way.
const adminKey = values['admin-key'] ?? process.env['ROOKERY_ADMIN_KEY'];
if (values.origin === undefined || adminKey === undefined) {
  console.error('Usage: npm run smoke -- --origin URL --admin-key KEY [--organization ID] [--host-key KEY]');
  process.exit(2);
}
const hostKey = values['host-key'] ?? process.env['ROOKERY_HOST_KEY'];
const outcome = await smoke({
  ...(hostKey === undefined ? {} : { host: { key: hostKey, functions: packagedFunctions('dist/app') } }),
  origin: values.origin,
  adminKey,
  organizationId: values.organization,
  tell: (line) => console.log(line),
});
console.log(`\n${latencyTable(outcome.exchanges)}\n`);
console.log(outcome.faults.length === 0 ? 'All of it was right.' : outcome.faults.join('\n'));
process.exitCode = outcome.faults.length === 0 ? 0 : 1;
