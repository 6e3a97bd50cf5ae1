import type { OrganizationId } from '../model/ids.ts';
import { cancelRun, type OrderPorts } from '../sync/run-orders.ts';
import type { AdminPorts } from './ports.ts';
import type { DirectoryRecord } from './registry.ts';

type StopPorts = Pick<AdminPorts, 'nested' | 'random'>;

/** A directory that may not run any more lets its run end at the next checkpoint, also one that waits for an approval. */
export async function stopRun(record: DirectoryRecord, ports: StopPorts): Promise<void> {
  if (record.kind !== 'nested') return;
  const { activeRun } = await ports.nested.store.state(record.id);
  if (activeRun !== undefined) await cancelRun(orderPorts(ports), record.id, activeRun);
}

export async function stopRunsOf(
  organization: OrganizationId,
  ports: StopPorts & Pick<AdminPorts, 'registry'>,
): Promise<void> {
  for (let after: string | undefined; ; ) {
    const { items, next } = await ports.registry.directories(organization, { after, limit: 1000 });
    for (const record of items) await stopRun(record, ports);
    if (next === undefined) return;
    after = next;
  }
}

export const orderPorts = ({
  nested,
  random,
}: {
  readonly nested: Pick<AdminPorts['nested'], 'store' | 'queue' | 'history' | 'holder'>;
  readonly random: Pick<AdminPorts['random'], 'now'>;
}): OrderPorts => ({
  store: nested.store,
  queue: nested.queue,
  log: nested.history,
  now: random.now,
  holder: nested.holder(),
});
