import type { OrganizationId } from '../model/ids.ts';
import { cancelRun, type OrderPorts } from '../sync/run-orders.ts';
import type { SyncMessage } from '../sync/sync-ports.ts';
import { isOffered } from './nested-offer.ts';
import type { AdminPorts } from './ports.ts';
import type { DirectoryRecord, NestedDirectoryRecord, Registry } from './registry.ts';

export interface StopPorts {
  readonly nested: Pick<AdminPorts['nested'], 'store' | 'queue' | 'history' | 'holder'>;
  readonly random: Pick<AdminPorts['random'], 'now'>;
}

/** Why no run may go on, as its log has it. */
export type StopReason = keyof typeof reasons;

const reasons = {
  directory_paused: 'The directory was paused.',
  directory_deleted: 'The directory was deleted.',
  preview_off: 'Nested directories were turned off for the organization.',
} as const;

/** Undefined for a directory that may run. */
export async function reasonToStop(
  record: NestedDirectoryRecord,
  registry: Pick<Registry, 'organization'>,
): Promise<StopReason | undefined> {
  if (record.state === 'paused') return 'directory_paused';
  return (await isOffered(record.organizationId, registry)) ? undefined : 'preview_off';
}

/**
 * A directory that may not run any more lets its run end at the next checkpoint, also one that waits for an approval. Asked again it
 * wakes the run again, because whoever asked first may have died before.
 */
export async function stopRun(record: DirectoryRecord, ports: StopPorts, why: StopReason): Promise<void> {
  if (record.kind !== 'nested') return;
  const { activeRun } = await ports.nested.store.state(record.id);
  if (activeRun !== undefined) await stop(ports, { directory: record.id, run: activeRun }, why);
}

export async function stopRunsOf(
  organization: OrganizationId,
  ports: StopPorts & Pick<AdminPorts, 'registry'>,
): Promise<void> {
  for (let after: string | undefined; ; ) {
    const { items, next } = await ports.registry.directories(organization, { after, limit: 1000 });
    for (const record of items) await stopRun(record, ports, 'preview_off');
    if (next === undefined) return;
    after = next;
  }
}

/** Stops a run unless it was asked to stop before. */
export async function stopOnce(ports: StopPorts, of: ActiveRun, why: StopReason): Promise<void> {
  if (!(await ports.nested.store.isCancelOrdered(of.directory, of.run))) await stop(ports, of, why);
}

export type ActiveRun = Pick<SyncMessage, 'directory' | 'run'>;

async function stop(ports: StopPorts, { directory, run }: ActiveRun, why: StopReason): Promise<void> {
  const message = `${reasons[why]} The run ends without a change, unless it was being applied already: then it is carried to its end.`;
  const at = new Date(ports.random.now()).toISOString();
  await ports.nested.history.write(directory, run, [
    { key: '9/stopped', at, level: 'warning', code: why, message },
  ]);
  await cancelRun(orderPorts(ports), directory, run);
}

export const orderPorts = ({ nested, random }: StopPorts): OrderPorts => ({
  store: nested.store,
  queue: nested.queue,
  log: nested.history,
  now: random.now,
  holder: nested.holder(),
});
