import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { DirectoryTraffic } from '../admin/request-log.ts';
import { limits } from '../model/limits.ts';
import type { FoundRow, Rows } from './registry-rows.ts';

/** Row `traffic` in a directory's partition of the table `registry`: written with a flush, never per request. */
export const trafficKey = 'traffic';
/** Stands for the admin keys, which belong to no directory. */
export const adminKeysPartition = 'admin-keys';

/** What happened since the last flush. */
export interface TrafficChange {
  firstRequestAt?: number;
  lastRequestAt?: number;
  receivingSince?: number;
  lastReceivedAt?: number;
  lastProbe?: { at: number; status: number };
  lastLargeRemoval?: { at: number; groupId: string; removed: number; before: number };
  refusedCalls: number;
  lastRefusedAt?: number;
  readonly keysUsed: Map<string, number>;
}

export const parseTraffic = (found: FoundRow | undefined): DirectoryTraffic =>
  found === undefined
    ? { refusedCalls: 0, keysUsed: {} }
    : DirectoryTraffic.parse(JSON.parse(z.string().parse(found.row['json'])));

/** Adds a change to the row; instances that do so at once lose nothing of each other. */
export async function addTraffic(
  rows: Rows,
  partitionKey: string,
  change: TrafficChange & { readonly id: string },
): Promise<void> {
  for (let attempt = 0; attempt < limits.writeAttemptsMax; attempt++) {
    const found = await rows.row(partitionKey, trafficKey);
    const added = String(found?.row['added'] ?? '').split(' ');
    // Its answer was lost on the way: what is there holds the change already.
    if (added.includes(change.id)) return;
    const json = JSON.stringify(merged(parseTraffic(found), change));
    const row = { schema: 1, json, added: [...added, change.id].slice(-changesKnownMax).join(' ') };
    const outcome = await rows.transact({
      partitionKey,
      proof: `${trafficKey}|none`,
      changes: [
        found === undefined
          ? { action: 'insert', rowKey: trafficKey, row }
          : { action: 'replace', rowKey: trafficKey, row, etag: found.etag },
      ],
    });
    if (outcome.kind === 'committed') return;
    await pause(10 * 2 ** attempt * Math.random());
  }
  throw new Error(`the traffic row of ${partitionKey} kept changing`);
}

function merged(before: DirectoryTraffic, change: TrafficChange): DirectoryTraffic {
  const first = before.firstRequestAt ?? time(change.firstRequestAt);
  const last = later(before.lastRequestAt, time(change.lastRequestAt));
  const since = before.receivingSince ?? time(change.receivingSince);
  const received = later(before.lastReceivedAt, time(change.lastReceivedAt));
  const refused = later(before.lastRefusedAt, time(change.lastRefusedAt));
  const probe = change.lastProbe && { at: iso(change.lastProbe.at), status: change.lastProbe.status };
  const lastProbe = probe ?? before.lastProbe;
  const large = change.lastLargeRemoval;
  const removal = large === undefined ? before.lastLargeRemoval : { ...large, at: iso(large.at) };
  const used = [...change.keysUsed].map(
    ([id, at]) => [id, later(before.keysUsed[id], iso(at)) ?? iso(at)] as const,
  );
  // Key ids sort by creation: the oldest are the first to be forgotten.
  const keysUsed = Object.entries({ ...before.keysUsed, ...Object.fromEntries(used) })
    .sort()
    .slice(-keysMax);
  return {
    ...(first === undefined ? {} : { firstRequestAt: first }),
    ...(last === undefined ? {} : { lastRequestAt: last }),
    ...(since === undefined ? {} : { receivingSince: since }),
    ...(received === undefined ? {} : { lastReceivedAt: received }),
    ...(lastProbe === undefined ? {} : { lastProbe }),
    ...(removal === undefined ? {} : { lastLargeRemoval: removal }),
    refusedCalls: before.refusedCalls + change.refusedCalls,
    ...(refused === undefined ? {} : { lastRefusedAt: refused }),
    keysUsed: Object.fromEntries(keysUsed),
  };
}

const iso = (at: number) => new Date(at).toISOString();
const time = (at: number | undefined) => (at === undefined ? undefined : iso(at));

function later(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one > other ? one : other;
}

/** Changes that are known by their id: more than instances that may write between a send and its repetition. */
const changesKnownMax = 32;
/** 200 entries stay well under the size of a property. */
const keysMax = 200;
