import { Refusal } from '../model/refusal.ts';
import type { RunOrder } from './new-run.ts';
import { changedForPlans } from './plan-settings.ts';
import type { SyncRun } from './run-records.ts';

/** What a run is ordered with and keeps, whatever is changed while it runs (S3-72). */
export type RunTerms = Pick<
  RunOrder,
  'settings' | 'settingsVersion' | 'pinnedTenantId' | 'confirmedHash' | 'readAs'
>;

/**
 * A plan that went by other settings, or by what is not confirmed any more, is not approved: it would do what was corrected
 * meanwhile. Refusal `conflict` with what to do instead.
 */
export function mustHaveTerms(run: SyncRun, terms: RunTerms): void {
  const changed = changedForPlans(run.settings, terms.settings);
  if (changed.length > 0) {
    throw refusal(
      'settings_changed',
      `What the plan goes by was changed since the run began (${changed.join(', ')}): it is not approved. Cancel it, and the next run plans with the settings of today; rejected, the same plan is also refused later.`,
    );
  }
  if (run.confirmedHash !== terms.confirmedHash || run.pinnedTenantId !== terms.pinnedTenantId) {
    throw refusal(
      'confirmation_changed',
      'Tenant and domains were confirmed anew since the run began: it is not approved. Cancel it, and the next run plans with what is confirmed now.',
    );
  }
  // An approved run reads on from the links that the other application was given; an older row does not say which that was.
  if (run.readAs !== undefined && run.readAs !== terms.readAs) {
    throw refusal(
      'connection_changed',
      'The connection signs in as another application since the run began: it is not approved. Cancel it, and the next run reads everything anew.',
    );
  }
}

const refusal = (reason: string, message: string) => new Refusal('conflict', message, { reason });
