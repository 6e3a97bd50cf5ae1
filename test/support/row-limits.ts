import { RestError } from '@azure/data-tables';
import type { TablePolicy } from '../../shared/storage/table-policy.ts';

/**
 * Refuses what Table Storage refuses and the emulator takes: rows and properties that are too large, measured as the service does
 * (learn.microsoft.com: "Understanding the Table Service data model"), and bodies above 4 MiB.
 */
export const rowLimits: TablePolicy = {
  name: 'rowLimits',
  sendRequest: (request, next) => {
    const body = typeof request.body === 'string' ? request.body : '';
    const code = refusalOf(body);
    if (code === undefined) return next(request);
    const statusCode = code === 'RequestBodyTooLarge' ? 413 : 400;
    throw new RestError(`${code}: refused as by Table Storage`, { code, statusCode, request });
  },
};

function refusalOf(body: string): string | undefined {
  if (Buffer.byteLength(body) > bodyBytesMax) return 'RequestBodyTooLarge';
  // A row is one line of JSON, alone or within a transaction.
  for (const line of body.split('\r\n')) {
    if (!line.startsWith('{')) continue;
    const refused = rowRefusal(Object.entries(JSON.parse(line) as Readonly<Record<string, unknown>>));
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function rowRefusal(named: readonly (readonly [string, unknown])[]): string | undefined {
  const types = new Map(named.filter(([name]) => name.endsWith(typeMark)));
  const properties = named.filter(([name]) => !name.includes('odata.'));
  const own = properties.filter(([name]) => name !== 'PartitionKey' && name !== 'RowKey');
  if (own.length > propertiesMax) return 'TooManyProperties';
  const sizes = own.map(([name, value]) => ({ name, bytes: bytesOf(value, types.get(name + typeMark)) }));
  if (sizes.some(({ bytes }) => bytes > propertyBytesMax)) return 'PropertyValueTooLarge';
  const keys = properties.filter(([name]) => name === 'PartitionKey' || name === 'RowKey');
  const keyBytes = keys.reduce((sum, [, value]) => sum + String(value).length * 2, 0);
  const all = sizes.reduce((sum, { name, bytes }) => sum + 8 + name.length * 2 + bytes, 4 + keyBytes);
  return all > rowBytesMax ? 'EntityTooLarge' : undefined;
}

/** Text counts two bytes a unit of UTF-16, binary its bytes. */
function bytesOf(value: unknown, type: unknown): number {
  if (typeof value === 'string')
    return type === 'Edm.Binary' ? Buffer.from(value, 'base64').length : value.length * 2;
  return typeof value === 'boolean' ? 1 : 8;
}

const typeMark = '@odata.type';
const propertiesMax = 252;
const propertyBytesMax = 64 * 1024;
const rowBytesMax = 1024 * 1024;
const bodyBytesMax = 4 * 1024 * 1024;
