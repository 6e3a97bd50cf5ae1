import { RestError } from '@azure/data-tables';
import { expect, test } from '@jest/globals';
import { failSteps } from '../../../shared/admin/failed-steps.ts';
import { RunId } from '../../../shared/model/ids.ts';
import { StorageBusy } from '../../../shared/storage/storage-busy.ts';
import { mortalDirectory, user } from '../../support/admin/mortal-directory.ts';

// A step that fails says where and why to whoever reads the run, and nothing that may be a name or a secret (T14).

const secret = 'ann@rookery.example sig=abcdef';
const refused = () => new RestError(secret, { code: 'EntityTooLarge', statusCode: 413 });

/** A run whose steps fail when they commit; what is shown of it. */
async function failing(thrown: () => unknown) {
  const stack = await mortalDirectory();
  stack.tenant.setUser(user(3), 'live', { userPrincipalName: 'user3@rookery.example' });
  stack.clock.now += 60_000;
  const run = await stack.start();
  const { commit } = stack.nested.store;
  Object.assign(stack.nested.store, {
    commit: () => Promise.reject(thrown()),
    commitWhole: () => Promise.reject(thrown()),
  });
  await expect(stack.nested.work()).rejects.toBeDefined();
  Object.assign(stack.nested.store, { commit });
  const message = { directory: stack.id, run: RunId.parse(run), step: 0 };
  const entries = async () => {
    const { json } = await stack.send(`GET ${stack.one}/runs/${run}/log?level=warning`);
    return json.items.map(({ code, message: text }) => [code, text]);
  };
  return {
    stack,
    message,
    entries,
    end: () => failSteps({ nested: stack.nested, random: stack.random }, message),
  };
}

test.each([
  ['what Table Storage refuses', refused, 'RestError EntityTooLarge (413)'],
  ['an outage', () => new StorageBusy(refused()), 'StorageBusy, because of RestError EntityTooLarge (413)'],
  ['a bug', () => new TypeError(secret), 'TypeError'],
  ['what is no error', () => secret, 'an error'],
  ['a code that is a sentence', () => Object.assign(new Error(secret), { code: secret }), 'Error'],
])('a step that fails by %s: the log of the run says so at once', async (_, thrown, cause) => {
  const { entries, end, stack, message } = await failing(thrown);
  // Nothing of so small a run is stored before all of it is.
  const said = `A step failed in the phase cleanup (finish): ${cause}.`;
  expect(await entries()).toEqual([['step-error', `${said} It is tried again.`]]);
  expect(await end()).toMatchObject({ detail: expect.stringContaining(said) });
  const shown = JSON.stringify([await entries(), await stack.seen(message.run), await stack.directory()]);
  expect(shown).not.toContain('ann@');
  expect(shown).not.toContain('sig=');
});

test('a run that failed by its steps says in its failure, and its directory in a hint, where it was and by what', async () => {
  const { stack, message, end } = await failing(refused);
  const { outcome, detail } = await end();
  expect([outcome, (await stack.seen(message.run))['failure']]).toEqual([
    'failed',
    { code: 'step_failed', detail },
  ]);
  const { hints } = await stack.directory();
  expect(hints).toContainEqual({
    code: 'last_run_failed',
    text: `The last run failed: step_failed. ${detail}`,
  });
});

test('a step whose state cannot be read says so, too', async () => {
  const stack = await mortalDirectory();
  const run = await stack.begunRemoval();
  const { state } = stack.nested.store;
  Object.assign(stack.nested.store, { state: () => Promise.reject(new SyntaxError(secret)) });
  await expect(stack.nested.work()).rejects.toThrow(SyntaxError);
  Object.assign(stack.nested.store, { state });
  const { json } = await stack.send(`GET ${stack.one}/runs/${run}/log?level=warning`);
  expect(json.items.map(({ message }) => message)).toEqual([
    'A step failed before its checkpoint was read: SyntaxError. It is tried again.',
  ]);
});
