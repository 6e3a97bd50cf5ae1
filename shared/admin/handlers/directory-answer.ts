import { type Answer, nothingThere } from '../call.ts';
import { type DirectoryFacts, directorySummary, directoryView } from '../directory-view.ts';
import { nestedFacts, nestedView } from '../nested-view.ts';
import type { AdminPorts } from '../ports.ts';
import type { DirectoryRecord } from '../registry.ts';
import { nestedAnswer } from './nested-directory.ts';

/** A directory as it is shown alone. */
export async function directoryAnswer(record: DirectoryRecord, ports: AdminPorts): Promise<Answer> {
  if (record.kind === 'nested') return await nestedAnswer(record, ports);
  const [facts, counts] = await Promise.all([factsOf(record, ports), ports.counts(record.id)]);
  return { body: directoryView(record, facts, counts), version: record.version };
}

/** A directory as lists show it. */
export const summary = async (record: DirectoryRecord, ports: AdminPorts) =>
  record.kind === 'nested'
    ? nestedView(record, await nestedFacts(record, ports, ports.random.now()))
    : directorySummary(record, await factsOf(record, ports));

const factsOf = async (record: DirectoryRecord, ports: AdminPorts): Promise<DirectoryFacts> => ({
  ...freshFacts(ports),
  traffic: await ports.requestLog.traffic(record.id),
});

export const freshFacts = (ports: AdminPorts): DirectoryFacts => ({
  traffic: { refusedCalls: 0, keysUsed: {} },
  now: ports.random.now(),
  publicOrigin: ports.publicOrigin,
});

export async function mustExist(
  id: DirectoryRecord['organizationId'],
  { registry }: AdminPorts,
): Promise<void> {
  if ((await registry.organization(id)) === undefined) throw nothingThere('organization');
}
