// npm run fsck -- (--account NAME | --connection-string TEXT) [--directory dir_…] [--repair]: exit 0 when all fits, 1 when not.
import { parseArgs } from 'node:util';
import { accountOptions, connectionOf, parseAccount } from './operate/account.ts';
import { checkDirectories, reportLines } from './operate/check-directories.ts';
import { runTool } from './operate/tool-main.ts';

await runTool(async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      ...accountOptions,
      directory: { type: 'string' },
      repair: { type: 'boolean', default: false },
    },
  });
  const reports = await checkDirectories(connectionOf(parseAccount(values)), {
    directory: values.directory,
    repair: values.repair,
  });
  for (const line of reportLines(reports)) process.stdout.write(`${line}\n`);
  return reports.every(({ left }) => left.length === 0) ? 0 : 1;
});
