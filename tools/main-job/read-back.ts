import type { JsonObject } from '../../shared/model/json.ts';
import { resourcesOf } from '../simulated-tenant/provisioning/provisioning-job.ts';
import type { ScimSender } from '../simulated-tenant/provisioning/scim-sender.ts';

/** Everything a directory holds, read over SCIM. */
export interface StoredDirectory {
  readonly users: readonly JsonObject[];
  readonly groups: readonly JsonObject[];
}

/** Reads all users and groups by cursor, RFC 9865. */
export async function readByCursor(sender: ScimSender): Promise<StoredDirectory> {
  return { users: await allByCursor(sender, '/Users'), groups: await allByCursor(sender, '/Groups') };
}

/** Reads all users and groups by startIndex and count, RFC 7644 §3.4.2.4. */
export async function readByIndex(sender: ScimSender): Promise<StoredDirectory> {
  return { users: await allByIndex(sender, '/Users'), groups: await allByIndex(sender, '/Groups') };
}

/** Versions by id, from which can be told whether anything was written in between. */
export function versionsOf({ users, groups }: StoredDirectory): ReadonlyMap<string, string> {
  return new Map(
    [...users, ...groups].map((resource) => [String(resource['id']), JSON.stringify(resource['meta'])]),
  );
}

const pageSize = 200;

async function allByCursor(sender: ScimSender, path: string): Promise<readonly JsonObject[]> {
  const all: JsonObject[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const query: string = `cursor${cursor === '' ? '' : `=${encodeURIComponent(cursor)}`}&count=${pageSize}`;
    const answer = await sender.send({ purpose: 'list', method: 'GET', path, query });
    if (answer.status !== 200) throw new Error(`GET ${path}?${query} was answered ${answer.status}`);
    all.push(...resourcesOf(answer));
    const next = answer.body?.['nextCursor'];
    cursor = typeof next === 'string' ? next : undefined;
  }
  return all;
}

async function allByIndex(sender: ScimSender, path: string): Promise<readonly JsonObject[]> {
  const all: JsonObject[] = [];
  for (let total = Number.POSITIVE_INFINITY; all.length < total; ) {
    const query = `startIndex=${all.length + 1}&count=${pageSize}`;
    const answer = await sender.send({ purpose: 'list', method: 'GET', path, query });
    if (answer.status !== 200) throw new Error(`GET ${path}?${query} was answered ${answer.status}`);
    const page = resourcesOf(answer);
    if (page.length === 0 && all.length < Number(answer.body?.['totalResults'])) {
      throw new Error(`GET ${path}?${query} was answered with an empty page before the end`);
    }
    all.push(...page);
    total = Number(answer.body?.['totalResults']);
  }
  return all;
}
