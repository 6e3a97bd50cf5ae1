import { expect, test } from '@jest/globals';
import { unpackGuids } from '../../../shared/nesting/guid.ts';
import { failRun } from '../../../shared/sync/fail-run.ts';
import { abandonRun } from '../../../shared/sync/run-orders.ts';
import { seeded } from '../../../tools/simulated-tenant/seeded-random.ts';
import { Died } from '../../support/sync/simulated-processes.ts';
import { SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { effectivePairs } from '../../support/sync/stored-pairs.ts';
import { live } from './random-life.ts';

/** A few seconds on a quiet machine: hundreds of lives. */
const limitMilliseconds = 180_000;

test(
  'a run that is ended at any write of what it applies leaves a directory that the next two runs make right (F1)',
  async () => {
    let writes = 0;
    const undisturbed = await lifeWith(() => {
      writes++;
      return false;
    });
    expect(undisturbed.abandoned).toBe(0);
    let abandoned = 0;
    for (let fatal = 1; fatal <= writes; fatal++) {
      let count = 0;
      const life = await lifeWith(() => ++count === fatal);
      abandoned += life.abandoned;
      expect({ fatal, ...life, abandoned: 0 }).toEqual({ fatal, ...undisturbed });
    }
    expect(abandoned).toBeGreaterThan(40);
  },
  limitMilliseconds,
);

test(
  'the run that makes it right may itself end at a write of its own (F1)',
  async () => {
    let writes = 0;
    const undisturbed = await lifeWith(() => {
      writes++;
      return false;
    });
    const outcomes: number[] = [];
    for (let first = 2; first <= writes; first += 3) {
      const deaths = [first, first + 4 + (first % 20)];
      let count = 0;
      const life = await lifeWith(() => deaths.includes(++count));
      outcomes.push(life.abandoned);
      expect({ deaths, ...life, abandoned: 0 }).toEqual({ deaths, ...undisturbed });
    }
    // Twice where the second run was applying, too.
    expect(Math.max(...outcomes)).toBe(2);
  },
  limitMilliseconds,
);

/** A first run and two rounds of many changes, in transactions of a few writes; whose step dies is given up, and ended by a person where it has to be. */
async function lifeWith(isFatal: () => boolean) {
  let isDead = false;
  let abandoned = 0;
  const sync = new SimulatedSync(7);
  sync.gathering = { writes: 2, seconds: 10 };
  sync.onWrite = () => {
    if (!isFatal()) return;
    isDead = true;
    throw new Died();
  };
  // Who dies at giving it up, or at ending it, does so again.
  sync.meanwhile = () => givenUp().catch((error: unknown) => expect(error).toBeInstanceOf(Died));
  const givenUp = async () => {
    if (!isDead) return;
    isDead = false;
    sync.advance(600_000);
    const { activeRun } = await sync.store.state(simulatedDirectory);
    if (activeRun === undefined) return;
    const run = { directory: simulatedDirectory, run: activeRun };
    const { step } = await sync.lastRun();
    const failure = { code: 'step_failed', detail: 'again and again' };
    if ((await failRun(sync.ports(), { ...run, step }, failure)) !== 'told') return;
    abandoned++;
    await abandonRun(sync.ports(), { ...run, by: 'admin', reason: 'nothing else helps' });
  };
  live(sync.tenant, sync.random, 60);
  await sync.sync();
  for (let round = 0; round < 2; round++) {
    live(sync.tenant, seeded(round), 25);
    await sync.sync();
  }
  await sync.sync();
  await sync.sync();
  const { counts, unsettled, activeRun } = await sync.store.state(simulatedDirectory);
  return {
    ...{ abandoned, counts, unsettled, activeRun },
    pairs: [...(await effectivePairs(sync.store, simulatedDirectory))].sort(),
    copy: [...sync.copy].sort(),
    users: [...sync.consumer.users].sort(),
    groups: [...sync.consumer.groups].sort(),
    directions: await bothDirections(sync),
  };
}

/** Direct memberships as the groups tell them and as the members do. */
async function bothDirections({ store }: SimulatedSync) {
  const { groups } = await store.nesting(simulatedDirectory);
  const forth: string[] = [];
  for (const { id } of groups) {
    const byType = await store.members(simulatedDirectory, id);
    for (const packed of Object.values(byType))
      for (const member of unpackGuids(packed)) forth.push(`${member} ${id}`);
  }
  const members = [...new Set(forth.map((edge) => edge.split(' ')[0] as string))];
  const back: string[] = [];
  for (const [member, packed] of await store.groupsOf(simulatedDirectory, members))
    for (const group of unpackGuids(packed)) back.push(`${member} ${group}`);
  expect(back.sort()).toEqual(forth.sort());
  return forth;
}
