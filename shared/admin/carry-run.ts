import type { SyncRun } from '../sync/run-records.ts';
import { runStep, type StepOutcome } from '../sync/run-step.ts';
import type { SyncMessage, SyncPorts } from '../sync/sync-ports.ts';
import { noteFailedStep } from './failed-steps.ts';
import type { NestedConnection } from './nested-record.ts';
import type { NestedDirectoryRecord, Registry } from './registry.ts';
import { reasonToStop, type StopPorts, stopOnce } from './stop-runs.ts';

export interface CarryPorts extends StopPorts {
  readonly registry: Pick<Registry, 'directoryAccess' | 'directory' | 'organization'>;
  readonly syncPorts: (connection: NestedConnection) => SyncPorts;
}

/**
 * One message of a run, for its directory as it stands now: the message of one that is gone is gone with it, and of one that may not
 * run any more the run ends, also when it was ordered at the very moment in which the directory was paused.
 */
export async function carryRun(ports: CarryPorts, message: SyncMessage): Promise<StepOutcome | 'gone'> {
  const record = await directoryOf(message, ports.registry);
  if (record === undefined) return 'gone';
  const why = await reasonToStop(record, ports.registry);
  if (why !== undefined && (await isActive(ports, message))) await stopOnce(ports, message, why);
  let isNoted = false;
  const failed = async (run: SyncRun, thrown: unknown) => {
    isNoted = true;
    await noteFailedStep(ports, message, { run, thrown });
  };
  try {
    return await runStep({ ...ports.syncPorts(record.connection), failed }, message);
  } catch (thrown) {
    if (!isNoted) await noteFailedStep(ports, message, { thrown });
    throw thrown;
  }
}

const isActive = async ({ nested }: StopPorts, { directory, run }: SyncMessage): Promise<boolean> =>
  (await nested.store.state(directory)).activeRun === run;

/** Undefined when it is deleted or was never nested. */
export async function directoryOf(
  { directory }: SyncMessage,
  registry: Pick<Registry, 'directoryAccess' | 'directory'>,
): Promise<NestedDirectoryRecord | undefined> {
  const access = await registry.directoryAccess(directory);
  if (access === undefined) return undefined;
  const record = await registry.directory(access.organizationId, directory);
  return record?.kind === 'nested' ? record : undefined;
}
