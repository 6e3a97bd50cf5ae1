import { beforeAll, expect, test } from '@jest/globals';
import type { FaultName } from '../../../tools/simulated-tenant/graph/faults.ts';
import { makeWorldTable, TenantWorld } from './tenant-world.ts';

beforeAll(makeWorldTable);

test('lists that lead in a circle, of objects or of members, end their runs after a few pages; the next one is exact (F5)', async () => {
  const world = await TenantWorld.open(2);
  try {
    const loops: readonly FaultName[] = ['list-loop', 'member-list-loop'];
    for (const loop of loops) {
      const before = world.requests;
      world.graph.faults.set({ [loop]: 1 });
      const run = await world.sync({ baseline: 'lists' });
      expect([run.status, run.failure?.code]).toEqual(['failed', 'endless_round']);
      expect(world.requests - before).toBeLessThan(150);
      world.graph.faults.set({ [loop]: 0 });
    }
    expect((await world.stored()).size).toBe(0);
    expect((await world.sync({ baseline: 'lists' })).status).toBe('done');
    expect(world.truth().symmetricDifference(await world.stored()).size).toBe(0);
  } finally {
    await world.graph.stop();
  }
});
