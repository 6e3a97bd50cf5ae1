import type { CountedRequest } from '../admin/cycles.ts';
import type { DirectoryId, KeyId } from '../model/ids.ts';
import type { Randomness } from '../model/new-ids.ts';
import type { ScimExchange } from '../scim/exchange.ts';
import { type KeptRequest, writeRequests } from './request-log-cycles.ts';
import { type RequestLogTables, requestKey, requestRow } from './request-log-rows.ts';
import { addTraffic, adminKeysPartition, type TrafficChange } from './request-log-traffic.ts';

/**
 * Keeps exchanges and uses of keys for at most a second or 50 entries, then writes them together: no answer waits for its log.
 * Nothing here throws at its caller but `flush`.
 */
export interface RequestRecorder {
  record(exchange: ScimExchange): void;
  keyUsed(directory: DirectoryId, key: KeyId, at: number): void;
  adminKeyUsed(key: KeyId, at: number): void;
  callRefused(directory: DirectoryId, at: number): void;
  /** Writes what is kept and waits for it; also for what was being written. To be awaited before the process ends. */
  flush(): Promise<void>;
}

export interface RecorderTerms extends RequestLogTables {
  readonly random: Randomness;
  /** Told of a flush that failed; its entries are lost, as a log must not fill the memory while storage is down. */
  readonly failed: (error: unknown) => void;
}

export function requestRecorder(terms: RecorderTerms): RequestRecorder {
  let entries = new Map<DirectoryId, KeptRequest[]>();
  let traffic = new Map<string, TrafficChange>();
  let kept = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const usedAt = new Map<string, number>();

  const trafficOf = (partition: string): TrafficChange => {
    const change = traffic.get(partition) ?? { refusedCalls: 0, keysUsed: new Map() };
    traffic.set(partition, change);
    schedule();
    return change;
  };

  function schedule(): void {
    if (timer === undefined) {
      timer = setTimeout(() => void start(), flushAfterMilliseconds);
      timer.unref();
    }
    if (kept >= keptMax) void start();
  }

  /** Begins to write behind what is being written; resolves when done, however it went. */
  function start(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const batch = { entries, traffic };
    [entries, traffic, kept] = [new Map(), new Map(), 0];
    if (batch.traffic.size > 0 || batch.entries.size > 0) {
      writing = writing.then(() => write(terms, batch)).catch(terms.failed);
    }
    return writing;
  }

  /** At most once a minute per key: when it was used last needs no finer grain. */
  function use(partition: string, key: KeyId, at: number): void {
    if (at - (usedAt.get(key) ?? Number.NEGATIVE_INFINITY) < useGrainMilliseconds) return;
    if (usedAt.size >= usedMax) usedAt.clear();
    usedAt.set(key, at);
    trafficOf(partition).keysUsed.set(key, at);
  }

  return {
    record(exchange) {
      // A refused caller must not fill anybody's log; it is counted by `callRefused`.
      if (exchange.status === 401) return;
      const list = entries.get(exchange.directoryId) ?? [];
      entries.set(exchange.directoryId, list);
      const rowKey = requestKey(exchange.at, terms.random.randomBytes(8));
      list.push({ rowKey, row: requestRow(exchange), counted: countedOf(exchange) });
      kept++;
      addExchange(trafficOf(exchange.directoryId), exchange);
    },
    keyUsed: (directory, key, at) => use(directory, key, at),
    adminKeyUsed: (key, at) => use(adminKeysPartition, key, at),
    callRefused(directory, at) {
      const change = trafficOf(directory);
      change.refusedCalls++;
      change.lastRefusedAt = at;
    },
    flush: start,
  };
}

/** Without the body, which the row holds. */
const countedOf = ({ body: _, ...counted }: ScimExchange): CountedRequest => counted;

function addExchange(change: TrafficChange, exchange: ScimExchange): void {
  const { at, probe, status, target, largeRemoval, objectId = '' } = exchange;
  change.firstRequestAt = Math.min(change.firstRequestAt ?? at, at);
  change.lastRequestAt = Math.max(change.lastRequestAt ?? at, at);
  if (largeRemoval) change.lastLargeRemoval = { at, groupId: objectId, ...largeRemoval };
  if (probe) change.lastProbe = { at, status };
  if (probe || !isAboutObjects.test(target)) return;
  change.receivingSince = Math.min(change.receivingSince ?? at, at);
  change.lastReceivedAt = Math.max(change.lastReceivedAt ?? at, at);
}

/** Discovery is no provisioning yet. */
const isAboutObjects = /^[/](users|groups|bulk)(?![^/?])/i;

interface KeptBatch {
  readonly entries: ReadonlyMap<DirectoryId, readonly KeptRequest[]>;
  readonly traffic: ReadonlyMap<string, TrafficChange>;
}

async function write(terms: RecorderTerms, { entries, traffic }: KeptBatch): Promise<void> {
  const writes = [...entries].map(([directory, list]) => writeRequests(terms.requests, directory, list));
  const sums = [...traffic].map(([partition, change]) => {
    const id = Buffer.from(terms.random.randomBytes(8)).toString('hex');
    return addTraffic(terms.registry, partition, { ...change, id });
  });
  const failed = (await Promise.allSettled([...writes, ...sums])).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

const flushAfterMilliseconds = 1000;
const keptMax = 50;
const useGrainMilliseconds = 60_000;
const usedMax = 10_000;
