import { expect, test } from '@jest/globals';
import { type Tended, tend } from '../../../functions/tend.ts';
import { mortalDirectory } from '../../support/admin/mortal-directory.ts';

test('what a run that waits for a person would do can be read for as long as it waits, however old it is (XE-19)', async () => {
  const stack = await mortalDirectory();
  const run = await stack.held();
  const shown = async () => [
    await stack.listed(run),
    (await stack.send(`GET ${stack.one}/runs/${run}/log`)).json.items.map(({ code }) => code),
    (await stack.directory())['state'],
  ];
  const before = await shown();
  expect(before).toEqual([
    'awaiting-approval',
    expect.arrayContaining(['members-removed', 'member-removed']),
    'awaiting_approval',
  ]);
  stack.clock.now += 31 * 24 * 60 * 60_000;
  await tend({
    ...{ registry: stack.registry, now: stack.random.now, nested: stack.nested },
    ...{ requestLog: stack.ports.requestLog, idempotency: stack.ports.idempotency },
  } as unknown as Tended);
  expect(await shown()).toEqual(before);
  expect((await stack.send(`GET ${stack.one}/runs`)).json.items).toHaveLength(1);
});
