import { expect, test } from '@jest/globals';
import { checkDirectory } from '../../../functions/check-directory.ts';
import { DirectoryId } from '../../../shared/model/ids.ts';
import type { Inconsistency } from '../../../shared/storage/consistency-finding.ts';

const id = DirectoryId.parse(`dir_${'a'.repeat(32)}`);
const fault = (rowKey: string): Inconsistency => ({ rowKey, fault: 'orphan', repair: [] });

function checker(users: number, ...looks: readonly (readonly Inconsistency[])[]) {
  let look = 0;
  return {
    directories: { counts: async () => ({ users, groups: 1 }) },
    inconsistencies: async () => looks[look++] ?? [],
  };
}

test('only what is found twice is told, by kind of row and without names; what was work in progress is none', async () => {
  const [name, mirror, passing] = [fault('n|ada@example.com'), fault('r|1|2'), fault('r|3|4')];
  expect(await checkDirectory(checker(5, [name, mirror, passing], [name, mirror]), id)).toEqual({
    event: 'fsck-found',
    found: 2,
    kinds: { n: 1, r: 1 },
  });
  expect(await checkDirectory(checker(5, [passing], [mirror]), id)).toEqual({ event: 'fsck-clean' });
  expect(await checkDirectory(checker(5), id)).toEqual({ event: 'fsck-clean' });
});

test('a directory that is too large to be held in memory is said to be skipped, not clean', async () => {
  expect(await checkDirectory(checker(100_000, [fault('r|1|2')]), id)).toEqual({
    event: 'fsck-skipped',
    objects: 100_001,
  });
});
