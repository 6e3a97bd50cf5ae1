import { expect, test } from '@jest/globals';
import { mortalDirectory } from '../../support/admin/mortal-directory.ts';

const group = '10000000-0000-4000-8000-000000000001';

test.each([
  [{ kind: 'groups', groups: [group], includeNested: false }, 'includeNested'],
  [{ kind: 'all', groups: [group] }, 'groups'],
  [{ kind: 'application', servicePrincipalId: group, readng: 'literal' }, 'readng'],
])('a scope with what nobody understands is refused, and lets nobody in: %j', async (scope, name) => {
  const { send, one } = await mortalDirectory();
  const before = await send(`GET ${one}/sync-settings`);
  const refused = await send(`PATCH ${one}/sync-settings`, {
    body: { scope },
    headers: { 'if-match': before.headers['etag'] ?? '' },
  });
  expect([refused.status, JSON.stringify(refused.json)]).toEqual([422, expect.stringContaining(name)]);
  expect((await send(`GET ${one}/sync-settings`)).json).toEqual(before.json);
});
