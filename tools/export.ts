// npm run export -- --to FOLDER|blob|CONTAINER-URL (--account NAME | --connection-string TEXT): copies every table.
import { parseArgs } from 'node:util';
import { exportTables } from '../shared/storage/export-tables.ts';
import { displayOn } from './main-job/display.ts';
import { textTable } from './main-job/text-table.ts';
import { accountOptions, archiveAt, parseAccount, tablesOf } from './operate/account.ts';
import { runTool } from './operate/tool-main.ts';

await runTool(async (args) => {
  const { values } = parseArgs({ args, options: { ...accountOptions, to: { type: 'string' } } });
  const account = parseAccount(values);
  if (values.to === undefined)
    throw new Error('Say where to: --to FOLDER, --to blob, or --to CONTAINER-URL.');
  const display = displayOn(process.stdout);
  const { name, manifest } = await exportTables(tablesOf(account), {
    archive: archiveAt(values.to, account),
    at: new Date(),
    onProgress: ({ table, entities }) => display.line(`${table.padEnd(14)} ${entities.toLocaleString('en')}`),
  });
  const rows = manifest.tables.map(({ table, entities, parts }) => [table, entities, parts.length]);
  for (const line of ['', ...textTable(['table', 'entities', 'parts'], rows), '', name]) display.line(line);
  return 0;
});
