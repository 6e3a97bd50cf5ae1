import { app } from '@azure/functions';
import { eachDirectory } from '../shared/admin/apart.ts';
import type { DirectoryRecord } from '../shared/admin/registry.ts';
import type { DirectoryId } from '../shared/model/ids.ts';
import { type Checker, checkDirectory } from './check-directory.ts';
import { writeLine } from './log-line.ts';
import { writeMetrics } from './metrics-line.ts';
import { tellFailures } from './tell-failures.ts';
import { type Wiring, wired } from './wiring.ts';

/** Once a day: tells what does not fit together in each directory. It repairs nothing: that is for a person, by `npm run fsck`. */
app.timer('fsck', {
  schedule: '0 40 3 * * *',
  handler: async (_timer, context) => {
    const failures = await eachDirectory(wired().registry, async (directory) => {
      const outcome = await checkDirectory(checkerOf(wired(), directory), directory.id);
      const isRight = outcome.event === 'fsck-clean';
      writeLine(context, isRight ? 'information' : 'warning', { directoryId: directory.id, ...outcome });
    });
    try {
      tellFailures(context, failures);
    } finally {
      writeMetrics(context);
    }
  },
});

/** A nested directory counts at the end of each run, and has no counters. */
function checkerOf({ directories, nested, inconsistencies }: Wiring, { kind }: DirectoryRecord): Checker {
  const counts = async (id: DirectoryId) => (await nested.store.state(id)).counts ?? { users: 0, groups: 0 };
  return { directories: kind === 'nested' ? { counts } : directories, inconsistencies };
}
