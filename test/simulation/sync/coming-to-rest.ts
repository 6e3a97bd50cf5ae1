import { NestedSettings } from '../../../shared/sync/settings.ts';
import { noFaults } from '../../support/sync/fake-faults.ts';
import { allPermissions } from '../../support/sync/fake-tenant.ts';
import type { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { isExplained } from './explained.ts';
import type { Cast } from './random-cast.ts';
import { putRight, userId } from './random-tenant.ts';
import { type Known, saidBy, toBeSaid } from './said.ts';

/** Nothing fails any more, and nothing moves on by itself. */
export function becomeCalm(sync: SimulatedSync): void {
  sync.tenant.faults = noFaults;
  sync.deaths = 0;
  sync.meanwhile = () => undefined;
}

/** After the last fault and the last change everything is exact (I18). */
export async function comeToRest(cast: Cast): Promise<void> {
  const { sync, admin, lagsForLong } = cast;
  const { tenant } = sync;
  becomeCalm(sync);
  tenant.permissions = allPermissions;
  putRight(tenant, admin.settings);
  admin.confirms();
  if (lagsForLong) tenant.tokenAge++;
  await admin.approvesAll();
  await quietRounds(cast);
  if (!isExplained(sync, await known(cast))) return;
  tenant.tokenAge++;
  await quietRounds(cast);
}

export async function known({ sync, admin }: Cast): Promise<{ said: Known; truth: Known }> {
  return { said: await saidBy(sync), truth: toBeSaid(sync, NestedSettings.parse(admin.settings)) };
}

/** Two runs; where a group is dynamic or was hidden, what it lost is believed when lists have confirmed it. */
async function quietRounds({ sync, admin, count, kinds, pause }: Cast): Promise<void> {
  const all = 2 + (kinds.dynamic ? 2 : 0) + (kinds.hidden ? 2 : 0);
  for (let done = 0, tries = 0; done < all; tries++) {
    if (tries > all + 4) throw new Error('no quiet round is done');
    sync.advance(pause);
    await count.begin();
    await count.judge(await sync.sync(admin.settings, 'sync', 'manual'));
    await admin.approvesAll();
    const { status, failure } = await sync.lastRun();
    if (status === 'done') done++;
    // The same plan is rejected again until something is another.
    else if (status === 'rejected') somebodyComes(sync, tries);
    else throw new Error(`a quiet round is ${status}: ${failure?.code} ${failure?.detail}`);
  }
}

function somebodyComes({ tenant }: SimulatedSync, index: number): void {
  const id = userId(64 + index);
  tenant.setUser(id, 'live', { displayName: 'New', userPrincipalName: `${id}@rookery.example` });
}
