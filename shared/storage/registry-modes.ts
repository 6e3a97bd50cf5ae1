import { z } from 'zod';
import type { DirectoryRecord } from '../admin/registry.ts';
import type { OrganizationId } from '../model/ids.ts';
import { Refusal } from '../model/refusal.ts';
import type { RowChange } from './batch.ts';
import { modesKey } from './registry-keys.ts';
import { parseRecord, recordRow } from './registry-records.ts';
import type { Rows } from './registry-rows.ts';

/**
 * How the people of an organization come in (C5): at most one nested directory, and no tenant that is both pulled and
 * pushed. One row of the organization's partition, replaced in the transaction of whoever claims or leaves, so that
 * of two at once one wins.
 */
const Modes = z.object({
  version: z.int().positive(),
  nested: z.object({ directory: z.string(), tenantId: z.string().optional() }).optional(),
  /** Tenant by id of the `scim` directory that it provisions. */
  entra: z.record(z.string(), z.string()),
});
type Modes = z.infer<typeof Modes>;

/** The change that belongs into the transaction which makes `after` of `before`; undefined when nothing is claimed or left. */
export async function modesChange(
  rows: Rows,
  organization: OrganizationId,
  { before, after }: { readonly before?: DirectoryRecord; readonly after: DirectoryRecord },
): Promise<RowChange | undefined> {
  const claims = claimOf(after);
  if (sameClaim(before && claimOf(before), claims)) return undefined;
  const found = await rows.row(organization, modesKey);
  const modes = found === undefined ? noModes : parseRecord(Modes, found);
  const next = {
    ...claimed(without(modes, after), after),
    version: found === undefined ? 1 : modes.version + 1,
  };
  return found === undefined
    ? { action: 'insert', rowKey: modesKey, row: recordRow(next) }
    : { action: 'replace', rowKey: modesKey, etag: found.etag, row: recordRow(next) };
}

interface Claim {
  readonly kind: 'none' | 'nested' | 'entra';
  readonly tenantId?: string | undefined;
}

function claimOf(record: DirectoryRecord): Claim {
  if (record.state === 'deleted') return { kind: 'none' };
  if (record.kind === 'nested')
    return { kind: 'nested', tenantId: record.connection.tenantId?.toLowerCase() };
  const tenantId = record.entraTenantId?.toLowerCase();
  return tenantId === undefined ? { kind: 'none' } : { kind: 'entra', tenantId };
}

const sameClaim = (one: Claim = { kind: 'none' }, other: Claim): boolean =>
  one.kind === other.kind && one.tenantId === other.tenantId;

function without(modes: Modes, { id }: DirectoryRecord): Modes {
  const { nested, entra, version } = modes;
  return {
    version,
    ...(nested === undefined || nested.directory === id ? {} : { nested }),
    entra: Object.fromEntries(Object.entries(entra).filter(([directory]) => directory !== id)),
  };
}

function claimed(modes: Modes, record: DirectoryRecord): Modes {
  const claim = claimOf(record);
  const { tenantId } = claim;
  switch (claim.kind) {
    case 'none':
      return modes;
    case 'nested': {
      if (modes.nested !== undefined) {
        throw exclusive(
          modes.nested.directory,
          'The organization has a nested directory already: it can have one.',
        );
      }
      const pushed = Object.entries(modes.entra).find(([, tenant]) => tenant === tenantId);
      if (pushed !== undefined)
        throw exclusive(pushed[0], 'A SCIM directory is provisioned by this tenant already.');
      return { ...modes, nested: { directory: record.id, ...(tenantId === undefined ? {} : { tenantId }) } };
    }
    case 'entra': {
      if (tenantId === undefined) return modes;
      if (modes.nested?.tenantId === tenantId) {
        throw exclusive(modes.nested.directory, 'A nested directory reads this tenant already.');
      }
      return { ...modes, entra: { ...modes.entra, [record.id]: tenantId } };
    }
  }
}

const exclusive = (directory: string, detail: string): Refusal =>
  new Refusal('conflict', detail, { reason: 'provisioning_mode_exclusive', about: { directory } });

const noModes: Modes = { version: 1, entra: {} };
