import { capped } from './change-log.ts';
import type { DeriveSources } from './derive-sources.ts';
import type { Exceeded } from './exceeded.ts';
import { groupIdOf } from './round-ids.ts';
import type { RunLogEntry } from './run-log.ts';

/**
 * Each group because of which a plan waits: its sentences tell how many there are, and the change of a large round is not listed group
 * by group.
 */
export function* exceededLog(
  { run, round }: Pick<DeriveSources, 'run' | 'round'>,
  { emptied = [], shrunken }: Pick<Exceeded, 'emptied' | 'shrunken'>,
): Iterable<RunLogEntry> {
  const at = run.startedAt;
  const common = { at, level: 'warning' } as const;
  const ofEmptied = Iterator.from(emptied).map((group): RunLogEntry => {
    const id = groupIdOf(round.groupIds, group);
    return {
      ...{ ...common, key: `4/emptied/${id}`, code: 'group-emptied' },
      message: 'The group loses all members that it has, five or more',
      object: { kind: 'group', id },
    };
  });
  const ofShrunken = Iterator.from(shrunken).map(
    ({ group: id, lost, members, before }): RunLogEntry => ({
      ...{ ...common, key: `4/shrunken/${id}`, code: 'group-shrunken' },
      message: `The group loses more of its members than one group may${before === 0 ? '' : ' within 24 hours'}: ${lost} of ${members}`,
      object: { kind: 'group', id },
      counts: { lost, members },
    }),
  );
  yield* capped(at, 'emptied groups', ofEmptied);
  yield* capped(at, 'shrunken groups', ofShrunken);
}
