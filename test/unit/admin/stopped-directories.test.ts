import { expect, test } from '@jest/globals';
import type { NestedDirectoryStore } from '../../../shared/sync/nested-store.ts';
import { type MortalDirectory, mortalDirectory } from '../../support/admin/mortal-directory.ts';

const stops: Readonly<Record<string, (stack: MortalDirectory) => Promise<unknown>>> = {
  directory_paused: ({ send, one }) => send(`POST ${one}:pause`),
  directory_deleted: ({ send, one }) => send(`DELETE ${one}?confirm=N`, { headers: { 'if-match': '"3"' } }),
  preview_off: ({ send, organization }) =>
    send(`PATCH ${organization}`, {
      body: { preview: { nestedDirectories: false } },
      headers: { 'if-match': '"1"' },
    }),
};

const orders: Readonly<Record<string, (stack: MortalDirectory) => Promise<unknown>>> = {
  'a person': ({ send, one }) => send(`POST ${one}/runs`, { body: {} }),
  'the timer': ({ due }) => due(),
};

/** `act` comes in between the look at the directory and the beginning of a run. */
function between(stack: MortalDirectory, act: () => Promise<unknown>): void {
  const { store } = stack.nested;
  let isDone = false;
  const acquire: NestedDirectoryStore['acquire'] = async (...given) => {
    if (!isDone) {
      isDone = true;
      await act();
    }
    return await store.acquire(...given);
  };
  Object.assign(stack.nested, { store: { ...store, acquire } });
}

const cases = Object.keys(stops).flatMap((stop) =>
  Object.keys(orders).map((order) => [stop, order] as const),
);

test.each(cases)(
  'a run that begins at the moment of %s, ordered by %s, changes nothing',
  async (stop, order) => {
    const stack = await mortalDirectory();
    const { tenant, nested, id } = stack;
    tenant.setUser('00000000-0000-4000-8000-000000000003', 'live', {
      userPrincipalName: 'u3@rookery.example',
    });
    stack.clock.now += 3_600_000;
    const answers: unknown[] = [];
    between(stack, async () => answers.push(await stops[stop]?.(stack)));
    await orders[order]?.(stack);
    expect(answers).toEqual([expect.objectContaining({ status: stop === 'directory_deleted' ? 204 : 200 })]);
    const { activeRun } = await nested.store.state(id);
    if (activeRun === undefined) throw new Error('the run slipped past');
    await nested.work();
    expect((await nested.store.state(id)).counts?.users).toBe(2);
    if (stop === 'directory_deleted') return;
    expect(await stack.seen(activeRun)).toMatchObject({
      status: 'cancelled',
      finishedAt: expect.any(String),
    });
    const log = (await stack.send(`GET ${stack.one}/runs/${activeRun}/log?level=warning`)).json.items;
    expect(log.map(({ code, ...entry }) => [code, entry['message']])).toEqual([
      [stop, expect.stringMatching(/(was paused|turned off).* ends without a change/)],
    ]);
  },
);
