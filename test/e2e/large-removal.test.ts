import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  adminClient,
  directoriesOf,
  newGroup,
  newUser,
  patch,
  type Served,
  scimClient,
  serve,
} from '../support/served.ts';

let served: Served;

beforeAll(async () => {
  served = await serve('--port', '0', '--memory');
});
afterAll(() => served?.end());

test('a replace that drops most members drops them, and log and hints say so; a small one is in the log alone (XE-06)', async () => {
  const { call, directoryId } = await scimClient(served, 'Contoso');
  const users = await Promise.all(
    Array.from({ length: 30 }, async (_, n) => (await call('POST', '/Users', newUser(`drop-${n}`))).json.id),
  );
  const members = users.map((value) => ({ value }));
  const group = (await call('POST', '/Groups', { ...newGroup('Crowd'), members })).json.id;
  const replace = (left: number) =>
    call(
      'PATCH',
      `/Groups/${group}`,
      patch({ op: 'replace', path: 'members', value: members.slice(0, left) }),
    );
  const admin = async (path: string) =>
    (await adminClient(served)('GET', `${directoriesOf(served)}/${directoryId}${path}`)).json;
  const notes = async () =>
    (await admin('/requests?method=PATCH')).items.map((item: { note?: string }) => item.note);
  const warned = async () =>
    (await admin('')).hints.filter(({ code }: { code: string }) => code === 'large_removal');
  // The log lags by a second at most.
  const logged = async (count: number) => {
    for (let attempt = 0; attempt < 100 && (await notes()).length < count; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return await notes();
  };
  await replace(26);
  expect([await logged(1), await warned()]).toEqual([['replace dropped 4 of 30 members'], []]);
  await replace(1);
  expect(await logged(2)).toEqual(['replace dropped 25 of 26 members', 'replace dropped 4 of 30 members']);
  expect(await warned()).toEqual([
    {
      code: 'large_removal',
      text: expect.stringContaining(`A replace dropped 25 of 26 members of group ${group}`),
    },
  ]);
  expect((await call('GET', `/Groups/${group}`)).json.members).toHaveLength(1);
}, 30_000);
