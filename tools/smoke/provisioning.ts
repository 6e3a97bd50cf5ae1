import { randomUUID } from 'node:crypto';
import type { Asked, Body, SmokeClient } from './client.ts';

/** What Entra does with two users and a group, shortened: look for, create, change, read back, remove. */
export async function provisionAndRemove(
  client: SmokeClient,
  scim: { readonly baseUrl: string; readonly key: string },
): Promise<void> {
  const ask = (asked: Omit<Asked, 'url' | 'key'> & { readonly path: string }): Promise<Body | undefined> =>
    client.ask({ ...asked, url: `${scim.baseUrl}${asked.path}`, key: scim.key });
  await client.ask({
    step: 'wrong SCIM key',
    method: 'GET',
    url: `${scim.baseUrl}/Users`,
    key: `${scim.key}x`,
    expect: [401],
  });
  await ask({ step: 'ServiceProviderConfig', method: 'GET', path: '/ServiceProviderConfig', expect: [200] });
  const nobody = await ask({
    step: 'connection test',
    method: 'GET',
    path: `/Users?filter=${encodeURIComponent(`userName eq "${randomUUID()}"`)}`,
    expect: [200],
  });
  if (nobody !== undefined && nobody['totalResults'] !== 0) client.fault('connection test: found somebody');

  const userIds: string[] = [];
  for (const place of [1, 2]) {
    const body = { schemas: [userSchema], userName: `smoke-${place}@rookery.invalid`, active: true };
    const user = await ask({ step: 'create user', method: 'POST', path: '/Users', body, expect: [201] });
    if (typeof user?.['id'] === 'string') userIds.push(user['id']);
  }
  const group = await ask({
    step: 'create group',
    method: 'POST',
    path: '/Groups',
    body: { schemas: [groupSchema], displayName: 'Smoke test' },
    expect: [201],
  });
  const groupPath = `/Groups/${group?.['id']}`;
  const value = userIds.map((id) => ({ value: id }));
  await ask({
    step: 'add members',
    method: 'PATCH',
    path: groupPath,
    body: patch('Add', 'members', value),
    expect: [200, 204],
  });
  await ask({
    step: 'disable user',
    method: 'PATCH',
    path: `/Users/${userIds[0]}`,
    body: patch('Replace', 'active', 'False'),
    expect: [200, 204],
  });
  const stored = await ask({ step: 'read group', method: 'GET', path: groupPath, expect: [200] });
  const members = stored?.['members'];
  if (!Array.isArray(members) || members.length !== 2)
    client.fault('read group: not the two members that were added');
  for (const path of [...userIds.map((id) => `/Users/${id}`), groupPath]) {
    await ask({ step: 'delete', method: 'DELETE', path, expect: [204] });
  }
  const rest = await ask({ step: 'list users', method: 'GET', path: '/Users', expect: [200] });
  if (rest !== undefined && rest['totalResults'] !== 0)
    client.fault('list users: deleted users are still there');
}

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';

const patch = (op: string, path: string, value: unknown) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: [{ op, path, value }],
});
