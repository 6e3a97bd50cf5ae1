// npm run restore -- --from FOLDER|blob|CONTAINER-URL [--name export-…] (--account NAME | --connection-string TEXT) [--resume] [--revoke-keys]
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { registryOver } from '../shared/storage/registry.ts';
import { tableRows } from '../shared/storage/registry-rows.ts';
import { exportsIn, restoreTables } from '../shared/storage/restore-tables.ts';
import { createTables, openTable } from '../shared/storage/tables.ts';
import { displayOn } from './main-job/display.ts';
import { accountOptions, archiveAt, connectionOf, parseAccount, tablesOf } from './operate/account.ts';
import { keysTold, revokeKeys, workingKeys } from './operate/restored-keys.ts';
import { runTool } from './operate/tool-main.ts';

await runTool(async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      ...accountOptions,
      from: { type: 'string' },
      name: { type: 'string' },
      resume: { type: 'boolean', default: false },
      'revoke-keys': { type: 'boolean', default: false },
    },
  });
  const account = parseAccount(values);
  if (values.from === undefined)
    throw new Error('Say where from: --from FOLDER, --from blob, or --from CONTAINER-URL.');
  const archive = archiveAt(values.from, account);
  const name = values.name ?? (await exportsIn(archive)).at(-1);
  if (name === undefined) throw new Error(`There is no complete export in ${values.from}.`);
  const display = displayOn(process.stdout);
  display.line(`Restoring ${name}`);
  // A deployed account has its tables, and nobody but the deployment may make any.
  if (account.kind === 'connection-string') await createTables(account);
  let shown = '';
  await restoreTables(tablesOf(account), {
    archive,
    name,
    resume: values.resume,
    onProgress: ({ table, entities, of }) => {
      if (table !== shown) display.step(table);
      shown = table;
      display.progress(entities, of, `${entities.toLocaleString('en')} entities`);
    },
  });
  const registry = registryOver(tableRows(openTable(connectionOf(account), 'registry')));
  if (values['revoke-keys']) await revokeKeys(registry, { now: Date.now, randomBytes });
  const keys = await workingKeys(registry, Date.now());
  for (const line of keysTold(name, keys, values['revoke-keys'])) display.line(line);
  return 0;
});
