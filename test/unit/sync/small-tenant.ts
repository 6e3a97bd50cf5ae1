import { newRunId } from '../../../shared/model/new-ids.ts';
import type { GraphReader, MemberType } from '../../../shared/sync/graph-port.ts';
import { startRun } from '../../../shared/sync/run-orders.ts';
import type { NestedSettings } from '../../../shared/sync/settings.ts';
import type { SyncMessage } from '../../../shared/sync/sync-ports.ts';
import type { SyncState } from '../../../shared/sync/sync-state.ts';
import { SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';

export const user = (index: number) => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
export const group = (index: number) => `00000000-0000-4000-9000-${index.toString(16).padStart(12, '0')}`;

/** Users 1…`users` of one domain, and the groups with the members named. */
export async function synced(
  shape: {
    readonly users: number;
    readonly groups: Readonly<Record<number, readonly (readonly [MemberType, number])[]>>;
  },
  settings: Partial<NestedSettings> = {},
): Promise<SimulatedSync> {
  const sync = new SimulatedSync(1);
  for (let index = 1; index <= shape.users; index++) {
    sync.tenant.setUser(user(index), 'live', {
      userPrincipalName: `user${index}@rookery.example`,
      displayName: `User ${index}`,
    });
  }
  for (const index of Object.keys(shape.groups)) {
    sync.tenant.setGroup(group(Number(index)), 'live', { displayName: `Group ${index}` });
  }
  for (const [index, members] of Object.entries(shape.groups)) {
    for (const [type, member] of members) {
      sync.tenant.setMember(group(Number(index)), type === 'group' ? group(member) : user(member), type);
    }
  }
  await sync.sync(settings);
  return sync;
}

/** Group 1 holds users 1 and 2 and group 2, which holds user 3. */
export const nestedPair = (): Promise<SimulatedSync> =>
  synced({
    users: 3,
    groups: {
      1: [
        ['user', 1],
        ['user', 2],
        ['group', 2],
      ],
      2: [['user', 3]],
    },
  });

/** From now on Graph answers differently in part; what is returned makes it whole again. */
export function graphAnswers(
  sync: SimulatedSync,
  change: (graph: GraphReader) => Partial<GraphReader>,
): () => void {
  const { graph } = sync.tenant;
  sync.tenant.graph = () => {
    const reader = graph.call(sync.tenant);
    return { ...reader, ...change(reader) };
  };
  return () => {
    sync.tenant.graph = graph;
  };
}

/** Starts a run as the last one was, in mode and settings; its first message is for the caller to carry out. */
export async function started(sync: SimulatedSync): Promise<SyncMessage> {
  const { settings, settingsVersion, pinnedTenantId, confirmedHash } = await sync.lastRun();
  const random = { now: () => sync.now(), randomBytes: (count: number) => new Uint8Array(count) };
  const run = await startRun(sync.ports(), {
    ...{ id: newRunId(random), directory: simulatedDirectory, mode: 'sync', trigger: 'timer' },
    ...{ settings, settingsVersion, pinnedTenantId, confirmedHash },
    startedAt: new Date(sync.now()).toISOString(),
  });
  return { directory: simulatedDirectory, run: run.id, step: run.step };
}

/** The next run reads everything anew. */
export const forgetTokens = (sync: SimulatedSync): Promise<void> =>
  changeState(sync, ({ tokens: _, ...state }) => state);

/** What outlives runs becomes another, as by an operator's hand. */
export async function changeState(
  sync: SimulatedSync,
  change: (state: SyncState) => SyncState,
): Promise<void> {
  const { store } = sync;
  const fence = await store.acquire(simulatedDirectory, { holder: 'test', now: sync.now(), seconds: 1 });
  if (fence === undefined) throw new Error('no lease');
  const state = change(await store.state(simulatedDirectory));
  await store.commit(simulatedDirectory, fence, [{ kind: 'state', state }]);
  await store.release(simulatedDirectory, fence);
}

/** Who is told to be in which group, by their small numbers. */
export function told(sync: SimulatedSync): Readonly<Record<number, readonly number[]>> {
  const groups: Record<number, number[]> = {};
  for (const pair of [...sync.copy].sort()) {
    const [of = '', member = ''] = pair.split(' ');
    const key = Number.parseInt(of.slice(24), 16);
    groups[key] = [...(groups[key] ?? []), Number.parseInt(member.slice(24), 16)];
  }
  return groups;
}
