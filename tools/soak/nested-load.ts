import type { LocalGraph } from '../embedded/local-graph.ts';
import type { Service } from '../main-job/admin-calls.ts';

/** A tenant that changes all the time, and the nested directory that follows it. */
export interface NestedLoad {
  readonly graph: LocalGraph | undefined;
  /** Runs, changes and runs again until the time is up. */
  readonly run: (service: Service, secondsLeft: () => number) => Promise<void>;
  readonly runs: () => number;
  /** One last run, then sentences about what differs from the tenant. */
  readonly verify: (service: Service) => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

export async function startNestedLoad(_seed: string): Promise<NestedLoad> {
  return {
    graph: undefined,
    run: async () => undefined,
    runs: () => 0,
    verify: async () => [],
    stop: async () => undefined,
  };
}
