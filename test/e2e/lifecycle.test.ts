import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newUser, type Served, scimClient, serve, spawnServe } from '../support/served.ts';

let directory: string;
const cleanUp: (() => Promise<unknown>)[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'serve-'));
});
afterAll(async () => {
  for (const end of cleanUp) await end();
  rmSync(directory, { recursive: true, force: true });
});

test('two run side by side; a port in use is one sentence; SIGTERM and SIGINT end each with code 0 and its emulator with it (DESIGN §3)', async () => {
  const [one, two] = await Promise.all([serve('--port', '0'), serve('--port', '0', '--memory')]);
  const emulators = [one, two].flatMap(childrenOf);
  expect(emulators.length).toBe(2);
  expect(one.origin).not.toBe(two.origin);
  expect(one.organizationId).not.toBe(two.organizationId);
  const { port } = new URL(one.origin);
  expect(await refused(['--port', port])).toEqual({
    code: 1,
    said: `Port ${port} is in use; choose another with --port N, or --port 0 for a free one.\n`,
  });
  expect(await Promise.all([one.end('SIGTERM'), two.end('SIGINT')])).toEqual([0, 0]);
  expect([one.output.length, two.output.length]).toEqual([1, 1]);
  expect(emulators.filter(isRunning)).toEqual([]);
}, 60_000);

test('with --data the organization, its keys and users outlive a restart; an emulator never outlives a serve that was killed (DESIGN §3)', async () => {
  const data = join(directory, 'kept');
  const before = await serve('--port', '0', '--data', data);
  const scim = await scimClient(before, 'Kept');
  const { id } = (await scim.call('POST', '/Users', newUser('kept@example.com'))).json;
  expect(await before.end()).toBe(0);
  expect(statSync(join(data, 'rookery.json')).mode & 0o777).toBe(0o600);

  const after = await serve('--port', '0', '--data', data);
  const { organizationId, adminKey } = after;
  expect({ organizationId, adminKey }).toEqual({
    organizationId: before.organizationId,
    adminKey: before.adminKey,
  });
  const read = await fetch(`${after.origin}/scim/v2/${scim.directoryId}/Users/${id}`, {
    headers: { authorization: `Bearer ${scim.key}` },
  });
  expect([read.status, ((await read.json()) as { userName: string }).userName]).toEqual([
    200,
    'kept@example.com',
  ]);

  const emulators = childrenOf(after);
  expect([emulators.length, await after.end('SIGKILL')]).toEqual([1, null]);
  for (let waited = 0; waited < 80 && emulators.some(isRunning); waited += 1) await sleep(100);
  expect(emulators.filter(isRunning)).toEqual([]);
}, 90_000);

test('what was answered before serve was killed is there when the next one begins at once (DESIGN §3)', async () => {
  const data = join(directory, 'killed');
  let served = await serve('--port', '0', '--data', data);
  cleanUp.push(() => served.end('SIGKILL'));
  const { directoryId, key } = await scimClient(served, 'Killed');
  const names: string[] = [];
  for (let round = 0; round < 2; round++) {
    const users = `${served.origin}/scim/v2/${directoryId}/Users`;
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/scim+json' };
    for (let n = 0; n < 5; n++) {
      const name = `round${round}-${n}@example.com`;
      const answer = await fetch(users, { method: 'POST', headers, body: JSON.stringify(newUser(name)) });
      expect(answer.status).toBe(201);
      names.push(name);
    }
    await served.end('SIGKILL');
    served = await serve('--port', '0', '--data', data);
    const list = await fetch(`${served.origin}/scim/v2/${directoryId}/Users`, { headers });
    const { Resources } = (await list.json()) as { Resources: { userName: string }[] };
    expect(Resources.map(({ userName }) => userName).sort()).toEqual([...names].sort());
  }
  await served.end();
}, 90_000);

test.each([
  [['--port', 'x'], {}, '--port takes a number from 0 to 65535, not "x".\n'],
  [['--memory', '--data', 'd'], {}, '--memory and --data exclude each other.\n'],
  [
    [],
    { LOCAL_GRAPH_URL: 'http://graph.example/v1.0', LOCAL_GRAPH_TOKEN: 't' },
    'LOCAL_GRAPH_URL must be an http URL on 127.0.0.1, localhost or [::1]: it is for tests on one machine.\n',
  ],
])('what cannot be served is refused in one sentence: %j %j', async (options, environment, sentence) => {
  expect(await refused(options, environment as Record<string, string>)).toEqual({ code: 1, said: sentence });
});

async function refused(options: readonly string[], environment: Record<string, string> = {}) {
  const child = spawnServe(options, environment);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code] = await once(child, 'close');
  return { code: code as number, said };
}

function childrenOf(served: Served): number[] {
  return processes()
    .filter(([, parent]) => parent === served.process.pid)
    .map(([pid = 0]) => pid);
}

/** Pairs of process and parent; slim images have no ps. */
function processes(): number[][] {
  if (existsSync('/proc/self/stat'))
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(processOf);
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return listed.map((line) => line.trim().split(/\s+/).map(Number));
}

function processOf(pid: string): number[] {
  try {
    return [Number(pid), Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1])];
  } catch {
    return [];
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
