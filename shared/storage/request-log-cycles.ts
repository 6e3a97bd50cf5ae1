import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { type CountedRequest, cycleOf, goesOn, joined, StoredCycle } from '../admin/cycles.ts';
import type { Page, PageOf } from '../admin/registry.ts';
import type { DirectoryId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { RowChange, RowProperties } from './batch.ts';
import type { FoundRow, Rows } from './registry-rows.ts';
import { cyclesEnd, cyclesFrom, inverted, rowBytes } from './request-log-rows.ts';

/** A request that is kept for the next flush: its row, and what its cycle counts of it. */
export interface KeptRequest {
  readonly rowKey: string;
  readonly row: RowProperties;
  readonly counted: CountedRequest;
}

/**
 * Writes requests of a directory, each transaction together with the cycle that counts it, so that a cycle says what is logged
 * whenever a process dies, and a transaction that is sent twice counts once.
 */
export async function writeRequests(
  rows: Rows,
  directory: DirectoryId,
  kept: readonly KeptRequest[],
): Promise<void> {
  const inOrder = [...kept].sort((one, other) => one.counted.at - other.counted.at);
  for (const part of inTransactions(inOrder)) await writePart(rows, directory, part);
}

type Part = readonly [KeptRequest, ...KeptRequest[]];

async function writePart(rows: Rows, partitionKey: DirectoryId, part: Part): Promise<void> {
  const [first] = part;
  const sum = part.map(({ counted }) => cycleOf(counted)).reduce(joined);
  for (let attempt = 0; attempt < limits.writeAttemptsMax; attempt++) {
    const change = cycleChange(await newest(rows, partitionKey), sum, first);
    const isStart = change.action === 'insert';
    const inserts = part.map(({ rowKey, row }, index) => {
      const shown = isStart && index === 0 ? { ...row, cycleStart: true } : row;
      return { action: 'insert', rowKey, row: shown } as const;
    });
    const changes: readonly RowChange[] = [...inserts, change];
    const outcome = await rows.transact({ partitionKey, changes, proof: first.rowKey });
    if (outcome.kind === 'committed') return;
    await pause(10 * 2 ** attempt * Math.random());
  }
  throw new Error(`the newest cycle of ${partitionKey} kept changing`);
}

function cycleChange(found: FoundRow | undefined, sum: StoredCycle, { rowKey }: KeptRequest) {
  const before = found && parse(found);
  if (found !== undefined && before !== undefined && goesOn(before, sum)) {
    const row = toRow(joined(before, sum));
    return { action: 'replace', rowKey: found.rowKey, row, etag: found.etag } as const;
  }
  // The key of the request that begins it ends in chance.
  const key = `${cyclesFrom}${inverted(sum.started)}|${rowKey.split('|').at(-1)}`;
  return { action: 'insert', rowKey: key, row: toRow(sum) } as const;
}

async function newest(rows: Rows, directory: DirectoryId): Promise<FoundRow | undefined> {
  return (await rows.range(directory, { from: cyclesFrom, to: cyclesEnd, limit: 1 }))[0];
}

export async function cyclesPage(
  rows: Rows,
  directory: DirectoryId,
  { after, limit }: PageOf,
): Promise<Page<{ readonly id: string; readonly cycle: StoredCycle }>> {
  const found = await rows.range(directory, { from: cyclesFrom, after, to: cyclesEnd, limit });
  const items = found.map((row) => ({
    id: row.rowKey.slice(cyclesFrom.length).replace('|', ''),
    cycle: parse(row),
  }));
  const last = found.at(-1)?.rowKey;
  return { items, ...(found.length === limit && last !== undefined ? { next: last } : {}) };
}

const toRow = (cycle: StoredCycle): RowProperties => ({ schema: 1, json: JSON.stringify(cycle) });

const parse = ({ row }: FoundRow): StoredCycle =>
  StoredCycle.parse(JSON.parse(z.object({ schema: z.literal(1), json: z.string() }).parse(row).json));

/** At most 99 requests and 4 MiB each, and none over a pause that ends a cycle. */
function inTransactions(kept: readonly KeptRequest[]): readonly Part[] {
  const parts: [KeptRequest, ...KeptRequest[]][] = [];
  let bytes = 0;
  let last: StoredCycle | undefined;
  for (const request of kept) {
    const size = rowBytes(request.row);
    const one = cycleOf(request.counted);
    const part = parts.at(-1);
    const isFull = bytes + size > transactionBytesMax || part?.length === limits.transactionRowsMax - 1;
    if (part === undefined || last === undefined || isFull || !goesOn(last, one)) {
      parts.push([request]);
      [bytes, last] = [size, one];
    } else {
      part.push(request);
      [bytes, last] = [bytes + size, joined(last, one)];
    }
  }
  return parts;
}

const transactionBytesMax = 3_500_000;
