import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  newGroup,
  newUser,
  patch,
  type ScimClient,
  type Served,
  scimClient,
  serve,
} from '../support/served.ts';

let served: Served;
let scim: ScimClient;

beforeAll(async () => {
  served = await serve('--port', '0');
  scim = await scimClient(served, 'Crowd');
});
afterAll(() => served?.end());

const many = 200;
const numbers = Array.from({ length: many }, (_, index) => index);
const tally = (answers: readonly { readonly status: number }[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

test('200 members added at once to one group by 200 requests: none fails, none is lost; then the same to remove them (T26)', async () => {
  const users = await Promise.all(
    numbers.map((n) => scim.call('POST', '/Users', newUser(`crowd-${n}@example.com`))),
  );
  const ids = users.map(({ json }) => String(json.id)).sort();
  const group = String((await scim.call('POST', '/Groups', newGroup('Crowd'))).json.id);
  const change = (op: object) => scim.call('PATCH', `/Groups/${group}`, patch(op));
  const membersNow = async () =>
    ((await scim.call('GET', `/Groups/${group}`)).json.members ?? [])
      .map((it: { value: string }) => it.value)
      .sort();

  const added = await Promise.all(
    ids.map((id) => change({ op: 'Add', path: 'members', value: [{ value: id }] })),
  );
  expect([tally(users), tally(added)]).toEqual([{ 201: many }, { 204: many }]);
  expect(await membersNow()).toEqual(ids);

  const removed = await Promise.all(
    ids.map((id) => change({ op: 'Remove', path: `members[value eq "${id}"]` })),
  );
  expect(tally(removed)).toEqual({ 204: many });
  expect(await membersNow()).toEqual([]);
}, 60_000);

test('200 creates of one name at once, spelt in two ways: exactly one is created, the others learn why not (T26)', async () => {
  const names = numbers.map((n) => (n % 2 === 0 ? 'Same.Name@example.com' : 'same.name@EXAMPLE.com'));
  const answers = await Promise.all(names.map((name) => scim.call('POST', '/Users', newUser(name))));
  const refused = answers.filter(({ status }) => status === 409);
  expect(tally(answers)).toEqual({ 201: 1, 409: many - 1 });
  expect(new Set(refused.map(({ json }) => json.scimType))).toEqual(new Set(['uniqueness']));
  const found = await scim.call(
    'GET',
    `/Users?filter=${encodeURIComponent('userName eq "same.name@example.com"')}`,
  );
  expect(found.json.totalResults).toBe(1);
}, 60_000);

test('50 renames to one name at once: exactly one gets it (T26)', async () => {
  const some = numbers.slice(0, 50);
  const users = await Promise.all(
    some.map((n) => scim.call('POST', '/Users', newUser(`renamed-${n}@example.com`))),
  );
  const answers = await Promise.all(
    users.map(({ json }) =>
      scim.call(
        'PATCH',
        `/Users/${json.id}`,
        patch({ op: 'Replace', path: 'userName', value: 'wanted@example.com' }),
      ),
    ),
  );
  expect(tally(answers)).toEqual({ 200: 1, 409: some.length - 1 });
}, 60_000);

test('100 half-sent requests hold up nobody (T29)', async () => {
  const { hostname, port } = new URL(served.origin);
  const head = `POST /scim/v2/${scim.directoryId}/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${scim.key}\r\n`;
  const sockets = await Promise.all(
    numbers.slice(0, 100).map(async (n) => {
      const socket = connect(Number(port), hostname).on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(
        n % 2 === 0 ? head : `${head}Content-Type: application/scim+json\r\nContent-Length: 100\r\n\r\n{"a"`,
      );
      return socket.resume();
    }),
  );
  const asked = Date.now();
  const { status } = await scim.call('GET', '/Users?count=1');
  expect([status, Date.now() - asked < 5_000]).toEqual([200, true]);
  expect(sockets.filter(({ closed }) => closed)).toEqual([]);
  for (const socket of sockets) socket.destroy();
  expect((await scim.call('GET', '/Users?count=1')).status).toBe(200);
}, 60_000);
