import { z } from 'zod';
import type { ScimExchange } from '../scim/exchange.ts';
import type { RowProperties } from './batch.ts';
import type { FoundRow, Rows } from './registry-rows.ts';

export interface RequestLogTables {
  /** Table `requests`. */
  readonly requests: Rows;
  /** Table `registry`. */
  readonly registry: Rows;
}

/** Rows of table `requests`: partition = directory, key = time counted down and chance, so that the newest come first. */
export const requestsFrom = 'q|';
export const requestsEnd = 'q}';

/** Cycles lie beside their requests, newest first as well. */
export const cyclesFrom = 'y|';
export const cyclesEnd = 'y}';

/** Descending text of a time in milliseconds. */
export const inverted = (milliseconds: number): string =>
  (timeEnd - Math.max(0, Math.trunc(milliseconds))).toString(16).padStart(12, '0');

export const requestKey = (at: number, chance: Uint8Array): string =>
  `${requestsFrom}${inverted(at)}|${Buffer.from(chance).toString('hex')}`;

export function requestRow(exchange: ScimExchange): RowProperties {
  const body = exchange.body?.slice(0, bodyUnitsMax) ?? '';
  const chunks = Array.from({ length: Math.ceil(body.length / chunkUnits) }, (_, index) => [
    `d${index}`,
    body.slice(index * chunkUnits, (index + 1) * chunkUnits),
  ]);
  return {
    schema: 1,
    at: new Date(exchange.at).toISOString(),
    duration: exchange.durationMilliseconds,
    method: exchange.method.slice(0, 20),
    target: exchange.target.slice(0, textUnitsMax),
    status: exchange.status,
    objectId: exchange.objectId ?? '',
    error: (exchange.error ?? '').slice(0, textUnitsMax),
    note: (exchange.note ?? '').slice(0, textUnitsMax),
    probe: exchange.probe,
    hasBody: exchange.body !== undefined,
    bodyCut: (exchange.body?.length ?? 0) > bodyUnitsMax,
    chunks: chunks.length,
    ...Object.fromEntries(chunks),
  };
}

export function parseRequestRow(found: FoundRow): object {
  const row = Row.parse(found.row);
  const parts = Array.from({ length: row.chunks }, (_, index) => z.string().parse(found.row[`d${index}`]));
  const { at, method, target, status, probe, bodyCut, cycleStart } = row;
  const texts = { objectId: row.objectId, error: row.error, note: row.note };
  return {
    id: found.rowKey.slice(requestsFrom.length).replace('|', ''),
    ...{ at, method, target, status, probe, bodyCut, durationMilliseconds: row.duration },
    ...(cycleStart ? { cycleStart } : {}),
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')),
    ...(row.hasBody ? { body: parts.join('') } : {}),
  };
}

/** Bytes that a row takes in a transaction, at most. */
export const rowBytes = (row: RowProperties): number =>
  Object.values(row).reduce<number>((sum, value) => sum + String(value).length * 3 + 60, 500);

const Row = z.object({
  schema: z.literal(1),
  at: z.string(),
  duration: z.number(),
  method: z.string(),
  target: z.string(),
  status: z.int(),
  objectId: z.string(),
  error: z.string(),
  note: z.string(),
  probe: z.boolean(),
  hasBody: z.boolean(),
  bodyCut: z.boolean(),
  chunks: z.int().nonnegative(),
  cycleStart: z.literal(true).optional(),
});

/** Milliseconds that no clock reaches, of 48 bits. */
const timeEnd = 0xffff_ffff_ffff;
const chunkUnits = 30_000;
const bodyUnitsMax = 60_000;
const textUnitsMax = 4000;
