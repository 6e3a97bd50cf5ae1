import { z } from 'zod';
import { SyncState } from '../sync/run-records.ts';
import type { RowProperties } from './batch.ts';
import type { ExportedEntity } from './export-format.ts';
import { leaseKey, nestedPrefix, stateKey } from './nested/nested-keys.ts';
import { jsonOf, jsonRow } from './nested/nested-rows.ts';

/**
 * Entities of table `directory` without what belonged to the moment of the export: the lease, what a run had staged or was
 * asked, and the delta tokens, which by now lie before or behind the truth. The next run then reads everything, and removes
 * by mark and sweep what is gone (reliability rules §6).
 */
export function withoutRunInProgress(entities: readonly ExportedEntity[]): readonly ExportedEntity[] {
  return entities
    .filter(({ rowKey }) => !momentary.some((prefix) => rowKey.startsWith(prefix)))
    .map((entity) => (entity.rowKey === stateKey ? { ...entity, properties: settled(entity) } : entity));
}

const momentary = [leaseKey, 's|cancel|', nestedPrefix.staged, nestedPrefix.journal];

/** The state as if no run were going on and the next one were the first to read. */
function settled({ properties }: ExportedEntity): ExportedEntity['properties'] {
  const row = Object.fromEntries(
    Object.entries(properties).map(([name, { type, value }]) => [
      name,
      type === 'Int32' ? Number(value) : value,
    ]),
  );
  const { tokens: _tokens, activeRun: _run, ...kept } = SyncState.parse(jsonOf(row));
  return exportedProperties(jsonRow(kept));
}

const exportedProperties = (row: RowProperties): ExportedEntity['properties'] =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'number'
        ? { type: 'Int32', value: String(value) }
        : { type: 'String', value: z.string().parse(value) },
    ]),
  );
