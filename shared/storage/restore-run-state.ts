import { z } from 'zod';
import type { SyncState } from '../sync/sync-state.ts';
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
  const { assigned, ...row } = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, typedValue(property)]),
  );
  // Parsed when it is read: who is assigned may lie in rows of its own.
  const { tokens: _tokens, activeRun: _run, ...kept } = z.looseObject({}).parse(jsonOf(row));
  // While it was exported, a run may have been at work: some rows are of before it, some of after it.
  const unsettled = 'restored' satisfies SyncState['unsettled'];
  return exportedProperties({
    ...jsonRow({ ...kept, unsettled }),
    ...(typeof assigned === 'string' ? { assigned } : {}),
  });
}

function typedValue({ type, value }: ExportedEntity['properties'][string]): unknown {
  if (type === 'Binary') return Buffer.from(value, 'base64');
  return type === 'Int32' ? Number(value) : value;
}

const exportedProperties = (row: RowProperties): ExportedEntity['properties'] =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, exportedProperty(value)]));

function exportedProperty(value: RowProperties[string]): ExportedEntity['properties'][string] {
  if (value instanceof Uint8Array) return { type: 'Binary', value: Buffer.from(value).toString('base64') };
  if (typeof value === 'number') return { type: 'Int32', value: String(value) };
  return { type: 'String', value: z.string().parse(value) };
}
