import type { AdminCaller } from '../../access/admin-access.ts';
import type { DirectoryId, OrganizationId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { Refusal } from '../../model/refusal.ts';
import type { AuditDraft } from '../audit.ts';
import { nothingThere, nowOf, untilCurrent } from '../call.ts';
import { mustBeOffered } from '../nested-offer.ts';
import type { AdminPorts } from '../ports.ts';
import type { DirectoryRecord, NestedDirectoryRecord, ScimDirectoryRecord } from '../registry.ts';

export interface InDirectory {
  readonly caller: AdminCaller;
  readonly params: { readonly organizationId: OrganizationId; readonly directoryId: DirectoryId };
  readonly ports: AdminPorts;
}

interface Decision<R extends DirectoryRecord> {
  readonly after: R;
  readonly audit: AuditDraft;
}

/** Reads, decides and writes until nobody came in between; `undefined` for nothing to change. What stands afterwards. */
export async function changeDirectory(
  { params, ports }: InDirectory,
  decide: (before: DirectoryRecord) => Decision<DirectoryRecord> | undefined,
): Promise<DirectoryRecord> {
  return await untilCurrent(async () => {
    const before = await ports.registry.directory(params.organizationId, params.directoryId);
    if (before === undefined) throw nothingThere('directory');
    const decision = decide(before);
    if (decision === undefined) return before;
    const stamps = { version: before.version + 1, lastModified: nowOf(ports) };
    const after: DirectoryRecord = { ...decision.after, ...stamps };
    mustFit(after);
    return (await ports.registry.replaceDirectory(before, after, decision.audit)) ? after : undefined;
  });
}

/** Refusal `invalid-value` for what no record can hold: thousands of groups, of domains, and of confirmed domains together. */
export function mustFit(record: DirectoryRecord): void {
  const units = JSON.stringify(record).length;
  if (units <= limits.recordUnitsMax) return;
  const [taken, kept] = [units, limits.recordUnitsMax].map((count) => count.toLocaleString('en-US'));
  throw new Refusal(
    'invalid-value',
    `What is set and confirmed of this directory takes ${taken} characters, and ${kept} are kept: choose fewer groups or domains.`,
    { reason: 'settings_too_large' },
  );
}

export async function readDirectory({ params, ports }: InDirectory): Promise<DirectoryRecord> {
  const record = await ports.registry.directory(params.organizationId, params.directoryId);
  if (record === undefined) throw nothingThere('directory');
  return record;
}

export const readNested = async (call: InDirectory): Promise<NestedDirectoryRecord> =>
  nested(await readDirectory(call));

/** A nested directory of which something is about to be read from its tenant. */
export async function readOffered(call: InDirectory): Promise<NestedDirectoryRecord> {
  const record = await readNested(call);
  await mustBeOffered(record.organizationId, call.ports.registry);
  return record;
}

export const readScim = async (call: InDirectory): Promise<ScimDirectoryRecord> =>
  scim(await readDirectory(call));

/** As `changeDirectory`, of a nested directory. */
export async function changeNested(
  call: InDirectory,
  decide: (before: NestedDirectoryRecord) => Decision<NestedDirectoryRecord> | undefined,
): Promise<NestedDirectoryRecord> {
  return nested(await changeDirectory(call, (before) => decide(nested(before))));
}

/** As `changeDirectory`, of a `scim` directory. */
export async function changeScim(
  call: InDirectory,
  decide: (before: ScimDirectoryRecord) => Decision<ScimDirectoryRecord> | undefined,
): Promise<ScimDirectoryRecord> {
  return scim(await changeDirectory(call, (before) => decide(scim(before))));
}

function nested(record: DirectoryRecord): NestedDirectoryRecord {
  if (record.kind === 'nested') return record;
  throw new Refusal(
    'conflict',
    'The directory is of kind scim: it receives, and reads no tenant.',
    wrongKind,
  );
}

function scim(record: DirectoryRecord): ScimDirectoryRecord {
  if (record.kind === 'scim') return record;
  throw new Refusal(
    'conflict',
    'The directory is of kind nested: it reads a tenant, and has no SCIM keys.',
    wrongKind,
  );
}

const wrongKind = { reason: 'wrong_directory_kind' };
