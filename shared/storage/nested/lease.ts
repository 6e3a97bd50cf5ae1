import { RestError, type TableClient } from '@azure/data-tables';
import type { DirectoryId } from '../../model/ids.ts';
import { type Fence, FenceLost, type LeaseRequest } from '../../sync/nested-store.ts';
import { submitBatch } from '../batch.ts';
import { rowSchema } from '../directory-rows.ts';
import { wasRepeated } from '../retrying.ts';
import { available, ifThere } from '../storage-busy.ts';
import { leaseKey } from './nested-keys.ts';
import { LeaseRow } from './nested-rows.ts';
import type { NestedTable } from './nested-table.ts';

/** One writer per directory: a row whose entity tag every write of his carries, so that a zombie's write fails whole. */
export function leases({ table, row }: NestedTable) {
  const etags = new Map<string, string>();

  async function acquire(directory: DirectoryId, request: LeaseRequest): Promise<Fence | undefined> {
    const found = await row(directory, leaseKey);
    const held = found === undefined ? undefined : LeaseRow.parse(found);
    const isTaken = held !== undefined && held.holder !== request.holder && Number(held.until) > request.now;
    if (isTaken) return undefined;
    const fence = { holder: request.holder, epoch: (held?.epoch ?? 0) + 1 };
    const content = { schema: rowSchema, ...fence, until: String(request.now + request.seconds * 1000) };
    const etag = await written(table, directory, { content, replaces: held?.etag });
    if (etag === undefined) return undefined;
    etags.set(nameOf(directory, fence), etag);
    return fence;
  }

  async function renew(
    directory: DirectoryId,
    fence: Fence,
    { now, seconds }: Omit<LeaseRequest, 'holder'>,
  ): Promise<void> {
    const row = { until: String(now + seconds * 1000) };
    for (let attempt = 1; ; attempt++) {
      const etag = await proof(directory, fence);
      try {
        const change = { action: 'merge', rowKey: leaseKey, row, etag } as const;
        const [renewed] = await available(submitBatch(table, directory, [change]));
        remember(directory, fence, renewed);
        return;
      } catch (error) {
        remember(directory, fence, undefined);
        // A commit of the same holder was quicker, and changed the tag.
        if (!isLostRace(error) || attempt === racesMax) throw error;
      }
    }
  }

  async function isLeased(directory: DirectoryId, now: number): Promise<boolean> {
    const found = await row(directory, leaseKey);
    return found !== undefined && Number(LeaseRow.parse(found).until) > now;
  }

  async function release(directory: DirectoryId, fence: Fence): Promise<void> {
    // A renewal on its way may be quicker.
    for (let attempt = 1; attempt <= racesMax; attempt++) {
      const found = await row(directory, leaseKey);
      const held = found === undefined ? undefined : LeaseRow.parse(found);
      if (held === undefined || held.holder !== fence.holder || held.epoch !== fence.epoch) return;
      const content = { schema: rowSchema, ...fence, holder: '', until: '0' };
      etags.delete(nameOf(directory, fence));
      if ((await written(table, directory, { content, replaces: held.etag })) !== undefined) return;
    }
  }

  /** The entity tag that proves the fence: remembered, or read when this process does not know it. */
  async function proof(directory: DirectoryId, fence: Fence): Promise<string> {
    const known = etags.get(nameOf(directory, fence));
    return known ?? (await renewedProof(directory, fence));
  }

  /** Reads the lease again; throws `FenceLost` when it went on. */
  async function renewedProof(directory: DirectoryId, fence: Fence): Promise<string> {
    const found = await row(directory, leaseKey);
    const held = found === undefined ? undefined : LeaseRow.parse(found);
    if (held === undefined || held.holder !== fence.holder || held.epoch !== fence.epoch) {
      etags.delete(nameOf(directory, fence));
      throw new FenceLost(`the lease of ${directory} went on`);
    }
    etags.set(nameOf(directory, fence), held.etag);
    return held.etag;
  }

  function remember(directory: DirectoryId, fence: Fence, etag: string | undefined): void {
    if (etag === undefined) etags.delete(nameOf(directory, fence));
    else etags.set(nameOf(directory, fence), etag);
  }

  return { acquire, renew, release, isLeased, proof, renewedProof, remember };
}

/** Times that the same holder's commit and renewal may be in each other's way. */
const racesMax = 5;

const isLostRace = (error: unknown): error is RestError =>
  error instanceof RestError && [404, 409, 412].includes(error.statusCode ?? 0);

const nameOf = (directory: DirectoryId, fence: Fence) => `${directory}|${fence.epoch}|${fence.holder}`;

interface LeaseWrite {
  readonly content: Readonly<Record<string, string | number>>;
  /** Entity tag of the row it replaces; undefined when there was none. */
  readonly replaces: string | undefined;
}

/** The new entity tag; undefined when somebody else was quicker. */
async function written(table: TableClient, directory: DirectoryId, { content, replaces }: LeaseWrite) {
  const row = { rowKey: leaseKey, row: content };
  const change =
    replaces === undefined
      ? { action: 'insert' as const, ...row }
      : { action: 'replace' as const, ...row, etag: replaces };
  try {
    return (await available(submitBatch(table, directory, [change])))[0];
  } catch (error) {
    if (!isLostRace(error)) throw error;
    return wasRepeated(error) ? await etagOfOwn(table, directory, content) : undefined;
  }
}

/** A lease that was sent twice, because an answer was lost, may have been refused for its own success: then it is ours. */
async function etagOfOwn(table: TableClient, directory: DirectoryId, content: LeaseWrite['content']) {
  const found = await ifThere(table.getEntity(directory, leaseKey));
  if (found === undefined) return undefined;
  const { holder, epoch, etag } = LeaseRow.parse(found);
  return holder === content['holder'] && epoch === content['epoch'] ? etag : undefined;
}
