import type { AdminCaller } from '../../access/admin-access.ts';
import type { DirectoryId, OrganizationId } from '../../model/ids.ts';
import type { AuditDraft } from '../audit.ts';
import { nothingThere, nowOf, untilCurrent } from '../call.ts';
import type { AdminPorts } from '../ports.ts';
import type { DirectoryRecord } from '../registry.ts';

export interface InDirectory {
  readonly caller: AdminCaller;
  readonly params: { readonly organizationId: OrganizationId; readonly directoryId: DirectoryId };
  readonly ports: AdminPorts;
}

/** Reads, decides and writes until nobody came in between; `undefined` for nothing to change. What stands afterwards. */
export async function changeDirectory(
  { params, ports }: InDirectory,
  decide: (before: DirectoryRecord) => { after: DirectoryRecord; audit: AuditDraft } | undefined,
): Promise<DirectoryRecord> {
  return await untilCurrent(async () => {
    const before = await ports.registry.directory(params.organizationId, params.directoryId);
    if (before === undefined) throw nothingThere('directory');
    const decision = decide(before);
    if (decision === undefined) return before;
    const after = { ...decision.after, version: before.version + 1, lastModified: nowOf(ports) };
    return (await ports.registry.replaceDirectory(before, after, decision.audit)) ? after : undefined;
  });
}
