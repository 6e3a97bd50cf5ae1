import { newRunId } from '../../model/new-ids.ts';
import { Refusal } from '../../model/refusal.ts';
import { type SyncUserOutcome, syncUser } from '../../sync/sync-user.ts';
import { type Handlers, noting } from '../call.ts';
import { graphValue } from '../graph-answers.ts';
import { readOffered } from './directory-change.ts';

export const syncUserHandlers: Handlers<'syncUser'> = {
  async syncUser(call) {
    const { ports, params } = call;
    const record = await readOffered(call);
    if (record.state === 'paused') throw new Refusal('paused', 'The directory is paused: resume it first.');
    if (record.confirmation === undefined) {
      throw new Refusal('conflict', 'Look at the preview and confirm tenant and domains first.', {
        reason: 'confirmation_required',
      });
    }
    const answer = await ports.nested.graph(record.connection).user(params.userId);
    const isUnknown = answer.kind === 'fault' && answer.fault.kind === 'not-found';
    const entry = isUnknown ? undefined : graphValue(answer);
    const facts = { directory: record.id };
    const note = noting(call, record.organizationId, ['user.synced', { subject: params.userId, facts }]);
    const outcome = await syncUser(
      { store: ports.nested.store, now: ports.random.now, holder: ports.nested.holder(), note },
      {
        directory: record.id,
        user: params.userId,
        entry,
        settings: record.settings,
        key: newRunId(ports.random),
      },
    );
    return { body: { outcome, detail: details[outcome] } };
  },
};

const details: Readonly<Record<SyncUserOutcome, string>> = {
  updated: 'Attributes are as Graph has them now.',
  unchanged: 'Nothing has changed.',
  'not-found': 'Graph does not know the user, which is no proof that he is gone: the next run will tell.',
  'needs-run': 'The change adds or removes the user or memberships: the next run carries it out.',
};
