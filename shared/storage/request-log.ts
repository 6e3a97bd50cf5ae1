import { LoggedRequest, type RequestFilter, type RequestLog } from '../admin/request-log.ts';
import type { DirectoryId } from '../model/ids.ts';
import type { RowRange, Rows } from './registry-rows.ts';
import { cyclesPage } from './request-log-cycles.ts';
import type { RequestRecorder } from './request-log-recorder.ts';
import {
  cyclesEnd,
  cyclesFrom,
  inverted,
  parseRequestRow,
  type RequestLogTables,
  requestsEnd,
  requestsFrom,
} from './request-log-rows.ts';
import { adminKeysPartition, parseTraffic, trafficKey } from './request-log-traffic.ts';

/** The request log over Table Storage or memory; what the recorder of this process still holds is written before it is read. */
export function requestLogOver(tables: RequestLogTables, recorder: RequestRecorder): RequestLog {
  const trafficOf = async (partition: string) =>
    parseTraffic(await tables.registry.row(partition, trafficKey));
  return {
    async requests(directory, query) {
      await recorder.flush();
      return await filtered(tables.requests, directory, query);
    },

    async cycles(directory, page) {
      await recorder.flush();
      return await cyclesPage(tables.requests, directory, page);
    },

    async traffic(directory) {
      await recorder.flush();
      return await trafficOf(directory);
    },

    async adminKeysUsed() {
      await recorder.flush();
      return (await trafficOf(adminKeysPartition)).keysUsed;
    },

    async removeRequests(directory, before) {
      const pages = [
        { from: requestsFrom + inverted(before - 1), to: requestsEnd, limit: 100 },
        { from: cyclesFrom + inverted(before - 1), to: cyclesEnd, limit: 100 },
      ];
      const removed = await Promise.all(pages.map((page) => removePage(tables.requests, directory, page)));
      return removed.every(Boolean);
    },

    async removeTraffic(directory) {
      const change = { action: 'delete', rowKey: trafficKey } as const;
      await tables.registry.transact({ partitionKey: directory, changes: [change], proof: trafficKey });
    },
  };
}

/** True when it was the last. */
async function removePage(rows: Rows, directory: DirectoryId, page: RowRange): Promise<boolean> {
  const old = await rows.range(directory, page);
  if (old.length === 0) return true;
  const changes = old.map(({ rowKey }) => ({ action: 'delete', rowKey }) as const);
  await rows.transact({ partitionKey: directory, changes, proof: changes[0]?.rowKey ?? '' });
  return old.length < page.limit;
}

/** A page may hold fewer than `limit` and not be the last: no more than so many rows are looked at for one. */
async function filtered(
  rows: Rows,
  directory: DirectoryId,
  query: Parameters<RequestLog['requests']>[1],
): ReturnType<RequestLog['requests']> {
  const items: LoggedRequest[] = [];
  const end =
    query.filter.since === undefined ? requestsEnd : requestsFrom + inverted(query.filter.since - 1);
  let after = query.after;
  for (let seen = 0; seen < scannedMax; seen += scannedAtOnce) {
    const page = await rows.range(directory, { from: requestsFrom, after, to: end, limit: scannedAtOnce });
    const hits = page
      .map((found) => ({ key: found.rowKey, request: LoggedRequest.parse(parseRequestRow(found)) }))
      .filter(({ request }) => matches(request, query.filter))
      .slice(0, query.limit - items.length);
    items.push(...hits.map(({ request }) => request));
    if (items.length === query.limit) return { items, next: hits.at(-1)?.key ?? '' };
    if (page.length < scannedAtOnce) return { items };
    after = page.at(-1)?.rowKey;
  }
  return { items, ...(after === undefined ? {} : { next: after }) };
}

function matches(request: LoggedRequest, filter: RequestFilter): boolean {
  return (
    (filter.statusClass === undefined || Math.trunc(request.status / 100) === filter.statusClass) &&
    (filter.method === undefined || request.method === filter.method) &&
    (filter.objectId === undefined || request.objectId === filter.objectId)
  );
}

const scannedAtOnce = 200;
const scannedMax = 4000;
