// npm run sync -- --origin URL --organization ID --directory ID [--admin-key KEY] [--dry-run] [--full]: starts a run of a nested
// directory, with --full one that reads everything anew, or follows the one under way, and shows it to its end. Exit code 0 when it is done, 3 when it waits for an approval, else 1.
import { parseArgs } from 'node:util';
import { showRun } from './operate/show-run.ts';
import { runTool } from './operate/tool-main.ts';

await runTool(async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      origin: { type: 'string' },
      organization: { type: 'string' },
      directory: { type: 'string' },
      'admin-key': { type: 'string' },
      'dry-run': { type: 'boolean' },
      full: { type: 'boolean' },
    },
  });
  const { origin, organization: organizationId, directory } = values;
  // A key on the command line is seen by every process of the machine; the environment is the better way.
  const adminKey = values['admin-key'] ?? process.env['ROOKERY_ADMIN_KEY'];
  if (!origin || !organizationId || !directory || !adminKey) {
    throw new Error(
      'Usage: npm run sync -- --origin URL --organization ID --directory ID [--admin-key KEY] [--dry-run] [--full]',
    );
  }
  const mode = values['dry-run'] === true ? 'dry-run' : 'sync';
  return await showRun(
    { origin, organizationId, adminKey },
    { directory, mode, full: values.full === true },
    { line: (text) => console.log(text) },
  );
});
