import { createWorkerCore } from './local-host/core-module.ts';
import { loadApp } from './local-host/load-app.ts';

// node tools/list-functions.ts DIRECTORY: loads an app through the worker's contract and prints its functions as JSON, sorted by name.
const [directory = '.'] = process.argv.slice(2);
const core = createWorkerCore((level, category, message) => {
  if (level === 'error') process.stderr.write(`${category}: ${message}\n`);
});
await loadApp(directory, core);
const functions = [...core.functions.values()].map(({ name, bindings }) => ({
  name,
  triggers: Object.values(bindings)
    .filter((binding) => binding.direction === 'in')
    .map(({ type, route, schedule, queueName }) => ({ type, route, schedule, queueName })),
}));
process.stdout.write(`${JSON.stringify(functions.sort((a, b) => (a.name < b.name ? -1 : 1)))}\n`);
process.exit(0);
