import { expect, test } from '@jest/globals';
import type { DeltaStart, GraphFault } from '../../../shared/sync/graph-port.ts';
import type { RunOrder } from '../../../shared/sync/new-run.ts';
import { newRun } from '../../../shared/sync/new-run.ts';
import type { SyncRun } from '../../../shared/sync/run-records.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, group, synced, told, user } from './small-tenant.ts';

const bad: GraphFault = { kind: 'malformed', detail: 'Graph answered 400 Request_BadRequest' };

/** Users 1 and 2 in group 1; from now on Graph refuses the delta links it gave, of users, of groups, or of both. */
async function refusing(...streams: readonly ('usersDelta' | 'groupsDelta')[]): Promise<SimulatedSync> {
  const members = [1, 2].map((member) => ['user', member] as const);
  const sync = await synced({ users: 2, groups: { 1: members } });
  const known = new Set(Object.values((await sync.store.state(simulatedDirectory)).tokens ?? {}));
  const answer = (name: 'usersDelta' | 'groupsDelta', from: DeltaStart) =>
    streams.includes(name) && from.kind === 'link' && known.has(from.link);
  graphAnswers(sync, (reader) => ({
    usersDelta: async (from) =>
      answer('usersDelta', from) ? { kind: 'fault', fault: bad } : await reader.usersDelta(from),
    groupsDelta: async (from) =>
      answer('groupsDelta', from) ? { kind: 'fault', fault: bad } : await reader.groupsDelta(from),
  }));
  return sync;
}

const shown = ({ status, failure, users, groups }: SyncRun) => ({
  status,
  ...(failure === undefined ? {} : { failure: failure.code }),
  anew: [users, groups].map(({ baseline }) => baseline),
});

const failed = { status: 'failed', failure: 'graph_malformed', anew: [false, false] };

test.each([
  ['users', 'usersDelta', [true, false]],
  ['groups', 'groupsDelta', [false, true]],
] as const)(
  'after three runs in a row whose delta link of %s Graph refuses, those are read anew, with a warning, and nobody leaves (graph.md §1.3)',
  async (stream, name, anew) => {
    const sync = await refusing(name);
    sync.tenant.setMember(group(1), user(2), undefined);
    for (let runs = 0; runs < 3; runs++) {
      expect(shown(await sync.sync())).toEqual(failed);
      expect(told(sync)).toEqual({ 1: [1, 2] });
    }
    const last = await sync.lastRun();
    expect(last.warnings).toBe(1);
    expect([...sync.entries.values()].filter(({ code }) => code === 'tokens-refused')).toEqual([
      {
        ...{ key: '9/read-anew', at: last.startedAt, level: 'warning', code: 'tokens-refused' },
        message: `Graph refused the delta link of ${stream} in 3 runs: the next run reads all ${stream} anew`,
        counts: { runs: 3 },
      },
    ]);
    expect(shown(await sync.sync())).toEqual({ status: 'done', anew });
    expect(told(sync)).toEqual({ 1: [1] });
    expect(shown(await sync.sync())).toEqual({ status: 'done', anew: [false, false] });
    expect(await sync.store.state(simulatedDirectory)).not.toHaveProperty('refusedTokens');
  },
);

test('two such runs, one that Graph answers, and two more read nothing anew', async () => {
  const sync = await refusing('usersDelta');
  const { graph } = sync.tenant;
  for (let runs = 0; runs < 2; runs++) expect(shown(await sync.sync())).toEqual(failed);
  sync.tenant.graph = Object.getPrototypeOf(sync.tenant).graph;
  expect(shown(await sync.sync())).toEqual({ status: 'done', anew: [false, false] });
  const tokens = (await sync.store.state(simulatedDirectory)).tokens;
  sync.tenant.graph = graph;
  graphAnswers(sync, (reader) => ({
    usersDelta: async (from) =>
      from.kind === 'link' && from.link === tokens?.users
        ? { kind: 'fault', fault: bad }
        : await reader.usersDelta(from),
  }));
  for (let runs = 0; runs < 2; runs++) expect(shown(await sync.sync())).toEqual(failed);
  expect(await sync.store.state(simulatedDirectory)).toMatchObject({ refusedTokens: { users: 2 } });
  expect(await sync.store.state(simulatedDirectory)).not.toHaveProperty('enumerateUsers');
});

test('a dry run that is refused counts for nothing', async () => {
  const sync = await refusing('usersDelta');
  for (let runs = 0; runs < 4; runs++) expect(shown(await sync.sync({}, 'dry-run'))).toEqual(failed);
  expect(await sync.store.state(simulatedDirectory)).not.toHaveProperty('refusedTokens');
});

const app = 'public tenant app';

test.each<[string, Partial<RunOrder>, string | undefined, readonly boolean[]]>([
  ['the same application goes on', { readAs: app }, app, [false, false]],
  ['another application begins anew, as tokens are of one alone', { readAs: 'other' }, app, [true, true]],
  ['tokens of which nobody knows whose they are are tried', { readAs: app }, undefined, [false, false]],
  ['an order to read all begins anew', { readAs: app, full: true }, app, [true, true]],
])('%s (graph.md §6)', async (_, order, readAs, anew) => {
  const sync = await synced({ users: 1, groups: { 1: [['user', 1]] } });
  const { settings, settingsVersion, pinnedTenantId, confirmedHash, ...last } = await sync.lastRun();
  const state = await sync.store.state(simulatedDirectory);
  const tokens = { users: 'u', groups: 'g', ...state.tokens, ...(readAs === undefined ? {} : { readAs }) };
  const run = newRun(
    {
      ...{ id: last.id, directory: simulatedDirectory, mode: 'sync', trigger: 'manual' },
      ...{ settings, settingsVersion, pinnedTenantId, confirmedHash, startedAt: last.startedAt },
      ...order,
    },
    { ...state, tokens: { ...tokens, select: state.tokens?.select ?? '' } },
  );
  expect([run.users.baseline, run.groups.baseline]).toEqual(anew);
  expect(run).not.toHaveProperty('full');
});
