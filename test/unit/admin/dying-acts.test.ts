import { expect, test } from '@jest/globals';
import { begunAt } from '../../../shared/admin/run-history.ts';
import { OrganizationId, RunId } from '../../../shared/model/ids.ts';
import { type MortalDirectory, mortalDirectory, user } from '../../support/admin/mortal-directory.ts';

// Registry, state, row and message of a run are in places of their own: a process may die between any two of them.

interface Act {
  /** What there is before it. */
  readonly before?: (stack: MortalDirectory) => Promise<unknown>;
  readonly act: (stack: MortalDirectory) => Promise<unknown>;
  /** What is so when it was done. */
  readonly done: (stack: MortalDirectory) => Promise<boolean>;
  /** What the audit says of it. */
  readonly audited: string;
}

const etag = async ({ send }: MortalDirectory, path: string) => ({
  'if-match': String((await send(`GET ${path}`)).headers['etag']),
});
const isIdle = async ({ nested, id }: MortalDirectory) =>
  (await nested.store.state(id)).activeRun === undefined;
const pause = ({ send, one }: MortalDirectory) => send(`POST ${one}:pause`);
const isPaused = async (stack: MortalDirectory) =>
  (await isIdle(stack)) && (await stack.directory()).state === 'disabled';
const turnOff = async (stack: MortalDirectory) => {
  const headers = await etag(stack, stack.organization);
  const body = { preview: { nestedDirectories: false } };
  return await stack.send(`PATCH ${stack.organization}`, { headers, body });
};
const lastRun = async ({ send, one }: MortalDirectory) => (await send(`GET ${one}/runs`)).json.items[0];
const cancel = async (stack: MortalDirectory) =>
  await stack.send(`POST ${stack.one}/runs/${(await lastRun(stack))?.id}:cancel`);
const isCancelled = async (stack: MortalDirectory) => (await lastRun(stack))?.['status'] === 'cancelled';

const isStuck = async (stack: MortalDirectory) =>
  JSON.stringify((await stack.directory()).hints).includes('run_stuck');

const acts: Readonly<Record<string, Act>> = {
  'pausing while a run begins': {
    audited: 'directory.paused',
    before: (stack) => stack.begunRemoval(),
    act: pause,
    done: isPaused,
  },
  'pausing while a run waits for a person': {
    audited: 'directory.paused',
    before: (stack) => stack.held(),
    act: pause,
    done: isPaused,
  },
  'pausing while a run waits for Graph': {
    audited: 'directory.paused',
    before: (stack) => stack.throttled(),
    act: pause,
    done: isPaused,
  },
  'turning the preview off while a run waits for a person': {
    audited: 'organization.changed',
    before: (stack) => stack.held(),
    act: turnOff,
    done: isPaused,
  },
  'deleting while a run waits for a person': {
    audited: 'directory.deleted',
    before: (stack) => stack.held(),
    act: async (stack) =>
      await stack.send(`DELETE ${stack.one}?confirm=N`, { headers: await etag(stack, stack.one) }),
    done: async ({ send, one }) => (await send(`GET ${one}`)).status === 404,
  },
  'cancelling a run that begins': {
    audited: 'run.cancelled',
    before: (stack) => stack.begunRemoval(),
    act: cancel,
    done: isCancelled,
  },
  'cancelling a run that waits for a person': {
    audited: 'run.cancelled',
    before: (stack) => stack.held(),
    act: cancel,
    done: isCancelled,
  },
  'cancelling a run that waits for Graph': {
    audited: 'run.cancelled',
    before: (stack) => stack.throttled(),
    act: cancel,
    done: isCancelled,
  },
  'ending a run half-way': {
    audited: 'run.abandoned',
    before: (stack) => stack.stuck(),
    act: async (stack) =>
      await stack.send(`POST ${stack.one}/runs/${(await lastRun(stack))?.id}:abandon`, {
        body: { reason: 'nothing else helps' },
      }),
    done: async (stack) => {
      const { items } = (await stack.send(`GET ${stack.one}/runs`)).json;
      return JSON.stringify(items).includes('run_abandoned') && !(await isStuck(stack));
    },
  },
  'starting a run': {
    audited: 'run.started',
    before: async ({ clock }) => {
      clock.now += 61_000;
    },
    act: ({ send, one }) => send(`POST ${one}/runs`, { body: {} }),
    done: async (stack) => {
      const run = await lastRun(stack);
      return run?.['status'] === 'done' && begunAt(RunId.parse(run.id)) > stack.began;
    },
  },
  resuming: {
    audited: 'directory.resumed',
    before: pause,
    act: ({ send, one }) => send(`POST ${one}:resume`),
    done: async ({ directory }) => (await directory()).state === 'enabled',
  },
  'changing settings': {
    audited: 'directory.settings.changed',
    act: async (stack) =>
      await stack.send(`PATCH ${stack.one}/sync-settings`, {
        headers: await etag(stack, `${stack.one}/sync-settings`),
        body: { intervalMinutes: 30 },
      }),
    done: async ({ directory }) =>
      JSON.stringify((await directory())['settings']).includes('tervalMinutes":30'),
  },
  'reading one user': {
    audited: 'user.synced',
    before: async ({ tenant }) => tenant.setUser(user(1), 'live', { displayName: 'Renamed' }),
    act: ({ send, one }) => send(`POST ${one}/users/${user(1)}:sync`),
    done: async ({ send, one }) =>
      (await send(`POST ${one}/users/${user(1)}:sync`)).json['outcome'] === 'unchanged',
  },
};

const hows = ['before', 'after', 'fails'] as const;

/** For every write at which the process may die that does `name`: how it is after `then`. */
async function everyDeath(name: string, then: (stack: MortalDirectory, of: Act) => Promise<unknown>) {
  const of = acts[name];
  if (of === undefined) throw new Error(name);
  const seen: Record<string, unknown> = {};
  for (const how of hows) {
    for (let at = 1; ; at++) {
      const stack = await mortalDirectory();
      await of.before?.(stack);
      await stack.beginAudit();
      if (!(await stack.dying({ at, how }, () => of.act(stack)))) break;
      seen[`${how} ${at}`] = await then(stack, of);
    }
  }
  expect(Object.keys(seen).length).toBeGreaterThan(2);
  return seen;
}

const allOf = (seen: Readonly<Record<string, unknown>>, outcome: unknown) =>
  Object.fromEntries(Object.keys(seen).map((death) => [death, outcome]));

test.each(Object.keys(acts))(
  '%s is whole or not at all when the timer had its time, wherever its process died',
  async (name) => {
    const seen = await everyDeath(name, async (stack, { done, audited }) => {
      await stack.minutes(8);
      const isAudited = (await stack.audited()).includes(audited);
      const found = await faults(stack);
      return isAudited || !(await done(stack)) ? found : [...found, 'nobody has written it down'];
    });
    expect(seen).toEqual(allOf(seen, []));
  },
);

test.each(Object.keys(acts))('%s is done when it is repeated, wherever its process died', async (name) => {
  const seen = await everyDeath(name, async (stack, { act, done }) => {
    stack.clock.now += 61_000;
    await act(stack);
    await stack.nested.work();
    return await done(stack);
  });
  expect(seen).toEqual(allOf(seen, true));
});

/** What is half done. */
async function faults(stack: MortalDirectory): Promise<readonly string[]> {
  const record = await stack.registry.directory(organizationOf(stack), stack.id);
  if (record === undefined) return [];
  const { activeRun } = await stack.nested.store.state(stack.id);
  const listed = (await stack.send(`GET ${stack.one}/runs`)).json.items;
  const found: string[] = [];
  for (const { id, ...row } of listed) {
    const status = String((await stack.seen(id))['status']);
    if (status !== row['status']) found.push(`listed as ${row['status']}, is ${status}`);
    const isActive = id === activeRun;
    if (isActive !== ['running', 'awaiting-approval'].includes(status)) found.push(`${status}: ${isActive}`);
  }
  if (activeRun === undefined) return found;
  if (!listed.some(({ id }) => id === activeRun)) found.push('the active run is not listed');
  return [...found, ...(await activeFaults(stack, activeRun))];
}

async function activeFaults(stack: MortalDirectory, run: RunId): Promise<readonly string[]> {
  const { nested, registry, id } = stack;
  const organization = await registry.organization(organizationOf(stack));
  const { state } = await stack.directory();
  const mayRun = state !== 'disabled' && organization?.preview.nestedDirectories;
  const standsStill = (await stack.seen(run))['status'] === 'running' && !stack.mayStandStill();
  return [
    ...((await nested.store.isCancelOrdered(id, run)) ? ['goes on though it was asked to stop'] : []),
    ...(mayRun ? [] : ['goes on though it may not']),
    ...(standsStill ? ['stands still'] : []),
  ];
}

const organizationOf = ({ organization }: MortalDirectory) =>
  OrganizationId.parse(organization.split('/').at(-1));
