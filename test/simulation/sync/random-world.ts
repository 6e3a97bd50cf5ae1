import { Refusal } from '../../../shared/model/refusal.ts';
import { allPermissions } from '../../support/sync/fake-tenant.ts';
import { simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { becomeCalm, comeToRest, known } from './coming-to-rest.ts';
import { compareWith, previewed } from './dry-run.ts';
import { forgetTokens, livingOn, meanwhile, syncOne } from './interference.ts';
import { type Cast, castOf } from './random-cast.ts';
import { someFaults, sometimes } from './random-faults.ts';
import type { Known } from './said.ts';

export interface Outcome {
  readonly said: Known;
  readonly truth: Known;
  /** All that was ever told, in its order. */
  readonly story: readonly unknown[];
}

/** A first run and five rounds of a world in which everything may go wrong, until it comes to rest. */
export async function liveThrough(seed: number): Promise<Outcome> {
  const cast = castOf(seed);
  const { sync, admin, pause } = cast;
  for (let round = 0; round < 6; round++) {
    sync.advance(pause);
    if (round > 0) liveOn(cast);
    if (sync.random() < 0.07 && (await sync.isIdle())) await forgetTokens(sync);
    becomeHostile(cast);
    if (sync.random() < 0.8) admin.confirms();
    await admin.attends();
    if (await sync.isIdle()) await oneRun(cast);
    else await refusedRun(cast);
    if (sync.random() < 0.5) await syncOne(sync, admin.settings);
  }
  await comeToRest(cast);
  const story = await sync.store.outbox(simulatedDirectory, { limit: 1_000_000 });
  return { ...(await known(cast)), story };
}

function liveOn(cast: Cast): void {
  const { sync, admin, hasRules } = cast;
  for (let events = sync.random() * 12; events >= 1; events--) livingOn(sync, cast);
  if (hasRules && sync.random() < 0.4) admin.changesRules();
  if (sync.random() < 0.1) admin.setsSafeguard();
}

function becomeHostile(cast: Cast): void {
  const { sync, hidesNow } = cast;
  const { random, tenant } = sync;
  tenant.permissions = { ...allPermissions, hiddenMembers: !hidesNow || random() < 0.5 };
  if (random() < 0.1) tenant.tokenAge++;
  tenant.faults = someFaults(random);
  sync.deaths = sometimes(random, 0.08);
  sync.meanwhile = meanwhile(sync, cast);
}

/** With or without a dry run right before it. */
async function oneRun({ sync, admin, count, hidesNow }: Cast): Promise<void> {
  const { random } = sync;
  await count.begin();
  if (random() < 0.2) {
    becomeCalm(sync);
    const dry = await previewed(sync, admin.settings);
    await count.judge(dry);
    const run = await sync.sync(admin.settings, 'sync', 'manual');
    await count.judge(run);
    compareWith(dry, run);
  } else {
    // Only a check of its own tells a run what it may read.
    const trigger = hidesNow || random() < 0.3 ? 'manual' : 'timer';
    await count.judge(await sync.sync(admin.settings, 'sync', trigger));
  }
  await admin.attends();
}

/** No run begins while another one waits. */
async function refusedRun({ sync, admin }: Cast): Promise<void> {
  const answer = await sync.sync(admin.settings).catch((error: unknown) => error);
  if (!(answer instanceof Refusal && answer.code === 'conflict'))
    throw new Error(`a run beside one that waits is answered ${String(answer)}`);
}
