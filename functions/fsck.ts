import { app } from '@azure/functions';
import type { DirectoryRecord } from '../shared/admin/registry.ts';
import { writeLine } from './log-line.ts';
import { everyDirectory } from './tend.ts';
import { type Wiring, wired } from './wiring.ts';

/** Once a day: tells what does not fit together in each directory. It repairs nothing: that is for a person, by `npm run fsck`. */
app.timer('fsck', {
  schedule: '0 40 3 * * *',
  handler: async (_timer, context) => {
    for await (const directory of everyDirectory(wired().registry)) {
      // A nested directory has one writer and other rows: its runs make it right.
      if (directory.kind === 'nested') continue;
      const outcome = await checked(wired(), directory);
      const isRight = outcome.event === 'fsck-clean';
      writeLine(context, isRight ? 'information' : 'warning', { directoryId: directory.id, ...outcome });
    }
  },
});

/** What is found twice is no work in progress; faults without row keys, as those hold names. */
async function checked({ directories, inconsistencies }: Checker, { id }: DirectoryRecord) {
  const { users, groups } = await directories.counts(id);
  if (users + groups > objectsMax) return { event: 'fsck-skipped', objects: users + groups };
  const first = await inconsistencies(id);
  const seen = new Set(first.map(keyOf));
  const lasting = first.length === 0 ? [] : (await inconsistencies(id)).filter((it) => seen.has(keyOf(it)));
  if (lasting.length === 0) return { event: 'fsck-clean' };
  return { event: 'fsck-found', found: lasting.length, kinds: tally(lasting) };
}

type Checker = Pick<Wiring, 'directories' | 'inconsistencies'>;

/** A directory is held in memory while it is looked at; larger ones are checked from a machine with more of it. */
const objectsMax = 100_000;

const keyOf = ({ rowKey, fault }: { readonly rowKey: string; readonly fault: string }) =>
  `${rowKey} ${fault}`;

function tally(found: readonly { readonly rowKey: string }[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { rowKey } of found) {
    const kind = rowKey.slice(0, rowKey.indexOf('|'));
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
