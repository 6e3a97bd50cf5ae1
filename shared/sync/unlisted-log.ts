import type { RunLogEntry } from './run-log.ts';
import type { SyncRun } from './run-records.ts';

const loggedMax = 200;

/** Groups of which Graph had no list; a warning where it had none in an earlier run either. */
export function unlistedLog({ rereads, rereadPages, startedAt: at }: SyncRun): readonly RunLogEntry[] {
  const unlisted = rereads.filter(({ group }) => rereadPages[group] === undefined);
  return unlisted.slice(0, loggedMax).map(
    ({ group: id, rounds }): RunLogEntry => ({
      ...{ key: `3/unlisted/${id}`, at, level: rounds > 0 ? 'warning' : 'info', code: 'list-unanswered' },
      message:
        'Graph did not answer the list of members of this group: nobody leaves it for that, and the next run asks again',
      object: { kind: 'group', id },
      counts: { unlisted: unlisted.length },
    }),
  );
}
