import type { SeededRandom } from '../simulated-tenant/seeded-random.ts';
import { groupOperations } from './group-operations.ts';
import type { ScimCalls } from './scim-calls.ts';
import { userOperations } from './user-operations.ts';

/** What the service has acknowledged to one worker, and must therefore hold. */
export interface Acknowledged {
  readonly users: Map<string, UserFacts>;
  readonly groups: Map<string, { readonly displayName: string; readonly members: Set<string> }>;
  /** This worker's own users in groups that all workers change. */
  readonly shared: Map<string, Set<string>>;
}

export interface UserFacts {
  readonly userName: string;
  title: string;
  active: boolean;
}

export interface ScimWorker {
  readonly acknowledged: Acknowledged;
  /** One operation, carried through until it is acknowledged. Throws a sentence when the service answers what it must not. */
  readonly operate: () => Promise<string>;
}

/** What the operations of one worker share. */
export interface Desk extends Acknowledged {
  readonly name: string;
  readonly random: SeededRandom;
  readonly calls: ScimCalls;
  /** A number that no other name or title of this worker has. */
  readonly serial: () => number;
}

export interface Operation {
  /** How often it is done, beside the others. */
  readonly weight: number;
  readonly fits: () => boolean;
  readonly act: () => Promise<void>;
}

/** Creates, changes, reads and deletes users and groups of its own, and memberships in groups of all. */
export function scimWorker(
  name: string,
  tools: {
    readonly calls: ScimCalls;
    readonly random: SeededRandom;
    readonly sharedGroups: readonly string[];
  },
): ScimWorker {
  const { calls, random, sharedGroups } = tools;
  let serial = 0;
  const acknowledged: Acknowledged = {
    users: new Map(),
    groups: new Map(),
    shared: new Map(sharedGroups.map((id) => [id, new Set()])),
  };
  const desk: Desk = { ...acknowledged, name, random, calls, serial: () => serial++ };
  const operations = Object.entries({ ...userOperations(desk), ...groupOperations(desk) });
  return {
    acknowledged,
    async operate() {
      const [kind, { act }] = drawn(
        operations.filter(([, { fits }]) => fits()),
        random,
      );
      await act();
      return kind;
    },
  };
}

function drawn(operations: readonly (readonly [string, Operation])[], random: SeededRandom) {
  let left = random.fraction() * operations.reduce((sum, [, { weight }]) => sum + weight, 0);
  for (const operation of operations) {
    left -= operation[1].weight;
    if (left < 0) return operation;
  }
  return random.pick(operations);
}
