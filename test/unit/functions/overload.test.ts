import { expect, test } from '@jest/globals';
import { admitted } from '../../../functions/scim-admission.ts';
import { admission } from '../../../shared/access/admission.ts';
import { door } from '../../../shared/access/door.ts';
import { limits } from '../../../shared/model/limits.ts';
import type { ScimResponse } from '../../../shared/scim/serve.ts';
import { memoryDirectoryStore } from '../../../shared/storage/memory-directory-store.ts';
import {
  type DirectoryInProcess,
  scimRequest,
  serviceInProcess,
} from '../../conformance/scim-http/service-in-process.ts';
import { realRandomness } from '../../support/directory-objects.ts';

/** The service behind its door, with as much room as a process has. */
function behindDoor() {
  const service = serviceInProcess(memoryDirectoryStore(realRandomness));
  const room = admission({
    runningMax: limits.scimRequestsRunningMax,
    runningPerLaneMax: limits.scimRequestsRunningPerDirectoryMax,
    waitingMax: limits.scimRequestsWaitingMax,
    waitingPerLaneMax: limits.scimRequestsWaitingPerDirectoryMax,
  });
  const wiring = { scim: service.ports, scimDoor: door({ admission: room, now: Date.now }) };
  let bodiesRead = 0;
  const send = async (directory: DirectoryInProcess, line: string, json?: object): Promise<ScimResponse> => {
    const [method = '', path = ''] = line.split(' ');
    const request = scimRequest(
      json === undefined ? { method, path } : { method, path, body: { ...json } },
      directory,
    );
    const body = (bytesMax: number) => {
      bodiesRead++;
      return request.body(bytesMax);
    };
    return await admitted({ ...request, body }, wiring);
  };
  return { service, send, bodiesRead: () => bodiesRead };
}

const tally = (answers: readonly ScimResponse[]) =>
  Object.fromEntries(
    [...Map.groupBy(answers, ({ status }) => status)].map(([status, list]) => [status, list.length]),
  );
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const total = (answer: ScimResponse) => (answer.body as { totalResults: number }).totalResults;

test('2,000 creates at once: each is done or told to come back before its body is read, and all are done once repeated (XE-23)', async () => {
  const { service, send, bodiesRead } = behindDoor();
  const directory = await service.open();
  await send(directory, 'GET /Users?count=0');
  const create = (n: number) => send(directory, 'POST /Users', { userName: `burst-${n}@example.com` });
  const first = await Promise.all(numbers(2000).map(create));
  expect(tally(first)).toEqual({ 201: 608, 429: 1392 });
  expect(bodiesRead()).toBe(608);
  expect(first.find(({ status }) => status === 429)).toEqual({
    status: 429,
    headers: {
      'content-type': 'application/scim+json',
      'retry-after': '1',
      'ratelimit-policy': '"open-requests";q=608;qu="concurrent-requests"',
      ratelimit: '"open-requests";r=0;t=1',
      'ratelimit-limit': '608',
      'ratelimit-remaining': '0',
      'ratelimit-reset': '1',
    },
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '429',
      detail: 'Too many requests are open at once. Send this one again shortly.',
    },
  });
  let left = numbers(2000).filter((n) => first[n]?.status === 429);
  for (let round = 0; left.length > 0 && round < 5; round++) {
    const answers = await Promise.all(left.map(create));
    left = left.filter((_, index) => answers[index]?.status === 429);
  }
  expect([left, total(await send(directory, 'GET /Users?count=0'))]).toEqual([[], 2000]);
});

test('200 creates, then 200 members added at once by 200 requests: none is put off, none is lost (T26)', async () => {
  const { service, send } = behindDoor();
  const directory = await service.open();
  const users = await Promise.all(
    numbers(200).map((n) => send(directory, 'POST /Users', { userName: `crowd-${n}@example.com` })),
  );
  const ids = users.map(({ body }) => (body as { id: string }).id);
  const group = (await send(directory, 'POST /Groups', { displayName: 'Crowd' })).body as { id: string };
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
  const added = await Promise.all(
    ids.map((value) => {
      const Operations = [{ op: 'Add', path: 'members', value: [{ value }] }];
      return send(directory, `PATCH /Groups/${group.id}`, { schemas, Operations });
    }),
  );
  expect([tally(users), tally(added)]).toEqual([{ 201: 200 }, { 204: 200 }]);
  const { body } = await send(directory, `GET /Groups/${group.id}`);
  expect((body as { members: object[] }).members).toHaveLength(200);
});

test('while one directory has 2,000 requests open, the first ones of another are done before most of those that wait (scim-peers goal 17)', async () => {
  const { service, send } = behindDoor();
  const [noisy, quiet] = [await service.open(), await service.open()];
  for (const directory of [noisy, quiet]) await send(directory, 'GET /Users?count=0');
  let noisyDone = 0;
  const burst = numbers(2000).map(async (n) => {
    const { status } = await send(noisy, 'POST /Users', { userName: `burst-${n}@example.com` });
    if (status === 201) noisyDone++;
    return status;
  });
  const others = await Promise.all(
    numbers(20).map((n) => send(quiet, 'POST /Users', { userName: `quiet-${n}@example.com` })),
  );
  expect(tally(others)).toEqual({ 201: 20 });
  expect(noisyDone).toBeLessThanOrEqual(limits.scimRequestsRunningMax);
  await Promise.all(burst);
  expect(noisyDone).toBe(608);
});

test('HEAD is put off without a body', async () => {
  const { service, send } = behindDoor();
  const directory = await service.open();
  const answers = await Promise.all(numbers(700).map(() => send(directory, 'HEAD /Users?count=0')));
  expect(tally(answers)).toEqual({ 200: 608, 429: 92 });
  expect(answers.every(({ body }) => body === undefined)).toBe(true);
});
