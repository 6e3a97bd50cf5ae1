import { setTimeout as pause } from 'node:timers/promises';
import { limits } from '../model/limits.ts';
import type { RowChange, RowProperties } from './batch.ts';
import { accessKey } from './registry-keys.ts';
import { versionOf } from './registry-records.ts';
import type { Rows } from './registry-rows.ts';

/**
 * Brings the row that a key check reads up to a version; never back, however many do it at once, and a tombstone stays one.
 * What it did, if it was behind. Merged, so that the nesting mark beside it is kept.
 */
export async function bringUp(
  rows: Rows,
  partitionKey: string,
  upToDate: RowProperties & { readonly version: number },
): Promise<'inserted' | 'merged' | undefined> {
  for (let attempt = 0; attempt < limits.writeAttemptsMax; attempt++) {
    const found = await rows.row(partitionKey, accessKey);
    if (found !== undefined && versionOf(found) >= upToDate.version) return undefined;
    const change: RowChange =
      found === undefined
        ? { action: 'insert', rowKey: accessKey, row: upToDate }
        : { action: 'merge', rowKey: accessKey, row: upToDate, etag: found.etag };
    const outcome = await rows.transact({ partitionKey, changes: [change], proof: accessKey });
    if (outcome.kind === 'committed') return found === undefined ? 'inserted' : 'merged';
    await pause(10 * 2 ** attempt * Math.random());
  }
  throw new Error(`the access row of ${partitionKey} kept changing`);
}
