import type { SeededRandom } from '../simulated-tenant/seeded-random.ts';
import type { Acknowledged, Desk, Operation } from './desk.ts';
import { groupOperations } from './group-operations.ts';
import type { ScimCalls } from './scim-calls.ts';
import { userOperations } from './user-operations.ts';

export interface ScimWorker {
  readonly acknowledged: Acknowledged;
  /** One operation, carried through until it is acknowledged. Throws a sentence when the service answers what it must not. */
  readonly operate: () => Promise<string>;
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
