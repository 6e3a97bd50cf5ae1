import { setTimeout as pause } from 'node:timers/promises';
import type { LocalGraph } from '../embedded/local-graph.ts';
import { adminCall, type Service } from '../main-job/admin-calls.ts';
import {
  activeRun,
  connectTenant,
  followRun,
  membersOverApi,
  type NestedDirectory,
  runNow,
} from '../main-job/nested-calls.ts';
import { foundCompany } from '../simulated-tenant/company.ts';
import { evolve } from '../simulated-tenant/evolve.ts';
import { startSimulatedGraph } from '../simulated-tenant/graph/simulated-graph.ts';

/** A tenant that changes all the time behind a Graph that fails now and then, and the nested directory that follows it. */
export interface NestedLoad {
  readonly graph: LocalGraph;
  /** Runs, changes and runs again until the time is up. */
  readonly run: (service: Service, secondsLeft: () => number) => Promise<void>;
  /** Completed ones. */
  readonly runs: () => number;
  /** Runs until nothing is on its way any more, then sentences about what differs from the tenant. */
  readonly verify: () => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

const company = { users: 300, assignedUsers: 150, assignedGroups: 40, otherGroups: 60 };

/** Faults of Graph that a run has to bear. */
const bearable = {
  'throttled-seconds': 0.01,
  'error-500': 0.02,
  'error-502': 0.02,
  'reset-in-body': 0.01,
  'empty-pages': 0.1,
  'repeated-objects': 0.05,
};
const none = Object.fromEntries(Object.keys(bearable).map((name) => [name, 0]));

export async function startNestedLoad(seed: string): Promise<NestedLoad> {
  const tenant = foundCompany(seed, company);
  // A group of hidden membership keeps its members unless the token says that it may read them, and this Graph's token says nothing.
  for (const { id, visibility } of tenant.groups.values())
    if (visibility === 'HiddenMembership') tenant.changeGroup(id, { visibility: 'Private' });
  const graph = await startSimulatedGraph(tenant, { seed, faults: bearable });
  let directory: NestedDirectory | undefined;
  let completed = 0;
  let generation = 0;

  async function runOnce(): Promise<void> {
    if (directory === undefined) return;
    // An outage may have come between a run and whoever followed it: it is followed on.
    const runId = await activeRun(directory);
    const onProgress = () => undefined;
    const run = await (runId === undefined
      ? runNow(directory, onProgress)
      : followRun(directory, { runId, onProgress }));
    if (run.status === 'done') completed++;
    else if (run.status === 'failed' && !excused.has(run.failure?.code ?? ''))
      throw new Error(`a run failed with ${run.failure?.code}: ${run.failure?.detail}`);
  }

  async function differences(of: NestedDirectory): Promise<readonly string[]> {
    const faults: string[] = [];
    for (const [group, due] of graph.oracle()) {
      const seen = await membersOverApi(of, group);
      const [lost, extra] = [[...due].filter((id) => !seen.has(id)), [...seen].filter((id) => !due.has(id))];
      if (lost.length + extra.length > 0)
        faults.push(
          `nested group ${group} lacks ${lost.length} members and has ${extra.length} too many; ` +
            `${await whyOf(of, { group, user: String(lost[0] ?? extra[0]) })}`,
        );
    }
    return faults;
  }

  return {
    graph: { url: graph.url, token: graph.token },
    runs: () => completed,
    async run(service, secondsLeft) {
      ({ directory } = await throughOutages(() =>
        connectTenant(service, { name: 'Soak, nested', tenantId: tenant.id }),
      ));
      while (secondsLeft() > 0) {
        await throughOutages(runOnce);
        evolve(tenant, ++generation);
      }
    },
    async verify() {
      if (directory === undefined) return ['the nested directory was never made'];
      graph.faults.set(none);
      for (let round = 1; ; round++) {
        await throughOutages(runOnce);
        const faults = await differences(directory);
        // A group that Graph was not clear about is read again in the next round.
        if (faults.length === 0 || round === settlingRunsMax) return faults;
      }
    },
    stop: graph.stop,
  };
}

/** What the service itself says of one of the differing, for whoever looks into it. */
async function whyOf({ service, id }: NestedDirectory, { group, user }: { group: string; user: string }) {
  const query = `user=${user}&group=${group}`;
  return `user ${user}: ${JSON.stringify(await adminCall(service, `/directories/${id}/explain?${query}`))}`;
}

const settlingRunsMax = 8;

/** A run may give up on what Graph does; the next one goes on. */
const excused: ReadonlySet<string> = new Set(['graph_unavailable', 'graph_throttled', 'resync_loop']);

/** Repeats what an outage of the storage refused, or a run that is still going on. */
async function throughOutages<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 600 || !/answered (503|409)/.test(String(error))) throw error;
      await pause(500);
    }
  }
}
