import type { TableConnection } from '../shared/storage/tables.ts';
import { measureRoundTrips, type RoundTrips } from './round-trips.ts';
import { textTable } from './text-table.ts';

export async function printRoundTrips(connection: TableConnection): Promise<readonly RoundTrips[]> {
  const measured = await measureRoundTrips(connection);
  console.log(
    'Storage round trips one after another, beyond the key check (one point read beside the first)\n',
  );
  const rows = measured.map(({ name, waves, budget, requests, kinds }) => [
    name,
    String(waves),
    String(budget),
    String(requests),
    kinds,
  ]);
  console.log(`${textTable(['request', 'round trips', 'budget', 'requests', 'of which'], rows)}\n`);
  return measured;
}
