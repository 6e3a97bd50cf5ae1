import { TableClient } from '@azure/data-tables';
import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';

const rows = [
  ...['u|', 'u|1', 'u|10', 'u|2', 'u|ä', 'u|Z', "u|o'hara", 'u|\u{1f600}', 'u}', 'v|1', 't|9', 'ux'],
  // Texts that an index might take for numbers.
  ...['1', '10', '2', '0x10', '-1', '1e5', ' 3', '\u20033', 'Infinity', '', '~', 'U|1'],
];
const bounds = ['u|', 'u|1', 'u|2', "u|o'hara", 'u}', 'v', 'z', '{', 'a', '1', '2', '', 'A', '~', '\u2003'];
const partitions = ['one', 'two'];
let table: TableClient;

beforeAll(async () => {
  const connection = String(process.env['TEST_STORAGE_CONNECTION_STRING']);
  table = TableClient.fromConnectionString(connection, `ranges${Date.now()}`, {
    allowInsecureConnection: true,
  });
  await table.createTable();
  for (const partitionKey of partitions)
    for (const rowKey of rows) await table.createEntity({ partitionKey, rowKey });
});

test('the emulator answers ranges of keys as a filter over all rows would, in order and page by page (platform rules §5.5)', async () => {
  const asked = fc.record({
    partition: fc.constantFrom(...partitions),
    from: fc.constantFrom(...bounds),
    to: fc.constantFrom(...bounds),
    operator: fc.constantFrom('ge', 'gt'),
    maxPageSize: fc.constantFrom(1, 2, 5, 1000),
  });
  await fc.assert(
    fc.asyncProperty(asked, async ({ partition, from, to, operator, maxPageSize }) => {
      const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
      const filter = `PartitionKey eq ${quoted(partition)} and RowKey ${operator} ${quoted(from)} and RowKey lt ${quoted(to)}`;
      const found: [string | undefined, string | undefined][] = [];
      for await (const page of table.listEntities({ queryOptions: { filter } }).byPage({ maxPageSize })) {
        expect(page.length).toBeLessThanOrEqual(maxPageSize);
        for (const { partitionKey, rowKey } of page) found.push([partitionKey, rowKey]);
      }
      const expected = rows
        .filter((key) => (operator === 'ge' ? key >= from : key > from) && key < to)
        .sort((one, other) => (one < other ? -1 : 1));
      expect(found).toEqual(expected.map((key) => [partition, key]));
    }),
  );
});
