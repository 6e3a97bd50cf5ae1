import { setTimeout as pause } from 'node:timers/promises';
import type { AdminCall, Answer } from './served.ts';

/** Runs of one nested directory, and what it says of its groups, over the admin API. */
export interface NestedRuns {
  /** Starts a run and polls it until it is over or waits for somebody. */
  readonly run: (mode?: 'sync' | 'dry-run', audit?: boolean) => Promise<Answer['json']>;
  readonly over: (runId: string) => Promise<Answer['json']>;
  /** Effective members of every one of these groups. */
  readonly effectiveMembers: (groups: Iterable<string>) => Promise<Record<string, readonly string[]>>;
}

export function nestedRuns(call: AdminCall, directory: string): NestedRuns {
  const over = async (runId: string) => {
    for (let left = 300; left > 0; left--) {
      const { json } = await call('GET', `${directory}/runs/${runId}`);
      if (json.status !== 'running') return json;
      await pause(100);
    }
    throw new Error('the run does not end');
  };
  return {
    over,
    run: async (mode = 'sync', audit = false) => {
      const started = await call('POST', `${directory}/runs`, { mode, ...(audit ? { audit } : {}) });
      if (started.status !== 202) throw new Error(`${started.status} ${started.text}`);
      return await over(started.json.id);
    },
    effectiveMembers: async (groups) => {
      const found: Record<string, readonly string[]> = {};
      for (const group of groups)
        found[group] = await membersOf(call, `${directory}/groups/${group}/members`);
      return found;
    },
  };
}

async function membersOf(call: AdminCall, url: string): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor = '';
  do {
    const { json } = await call('GET', `${url}?limit=40${cursor}`);
    ids.push(...json.items.map((member: { id: string }) => member.id));
    cursor = json.nextCursor === undefined ? '' : `&cursor=${json.nextCursor}`;
  } while (cursor !== '');
  return ids;
}

/** The tenant's own answer in the same form. */
export const membersById = (oracle: ReadonlyMap<string, ReadonlySet<string>>) =>
  Object.fromEntries([...oracle].map(([group, members]) => [group, [...members].sort()]));

/** Creates a nested directory, looks at the preview and confirms it; its URL. */
export async function confirmedNested(call: AdminCall, directories: string, name: string): Promise<string> {
  const { json } = await call('POST', directories, { name, kind: 'nested' });
  const directory = `${directories}/${json.id}`;
  await call('POST', `${directory}:acknowledge`);
  const preview = await call('GET', `${directory}/preview`);
  const confirmed = await call('POST', `${directory}:confirm`, { hash: preview.json.hash });
  if (confirmed.json.state !== 'enabled') throw new Error(`${confirmed.status} ${confirmed.text}`);
  return directory;
}
