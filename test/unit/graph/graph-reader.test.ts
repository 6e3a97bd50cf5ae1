import { afterEach, expect, test } from '@jest/globals';
import { GraphFailure } from '../../../shared/graph/graph-failure.ts';
import { graphReader } from '../../../shared/graph/graph-reader.ts';
import { GroupId, UserId } from '../../../shared/model/ids.ts';
import { type Answer, graphAnswering, json, stopGraphs } from '../../support/answering-graph.ts';

afterEach(stopGraphs);

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const tenantId = id(999);

async function readerOf(...answers: Answer[]) {
  const graph = await graphAnswering(...answers);
  const reader = graphReader(graph.client, {
    serviceUrl: graph.serviceUrl,
    tenantId,
    grantedRoles: () => Promise.resolve(undefined),
  });
  return { ...graph, reader };
}

/** Answers by path, with 404 for the rest. */
const byPath =
  (answers: Readonly<Record<string, Answer>>): Answer =>
  (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    (answers[path] ?? json(404, { error: { code: 'Request_ResourceNotFound' } }))(request, response);
  };

test('an object is gone for good only by that very word: without a reason, or with one of tomorrow, it may be restored (graph.md §1.2)', async () => {
  const reasons = [undefined, null, 'changed', 'softDeletedTomorrow', 7, 'deleted', 'Deleted'];
  const { reader, serviceUrl } = await readerOf((request, response) =>
    json(200, {
      value: reasons.map((reason, index) => ({ id: id(index), '@removed': { reason } })),
      '@odata.deltaLink': `${serviceUrl}${request.url}`,
    })(request, response),
  );
  for (const stream of ['usersDelta', 'groupsDelta'] as const) {
    const answer = await reader[stream]({ kind: 'beginning' });
    expect(answer.kind === 'read' ? answer.value.items : answer).toEqual(
      ['changed', 'changed', 'changed', 'changed', 'changed', 'deleted', 'deleted'].map((reason, index) => ({
        ...{ kind: 'removed', id: id(index), reason },
      })),
    );
  }
});

test('a first delta page asks for the fields of the product, and keeps absent, null and set apart (graph.md §1.1)', async () => {
  const { reader, seen, serviceUrl } = await readerOf((request, response) =>
    json(200, {
      value: [
        {
          id: id(1).toUpperCase(),
          displayName: 'Ana',
          mail: null,
          '@odata.type': '#microsoft.graph.user',
          extra: 1,
        },
        { id: id(2), '@removed': { reason: 'changed' } },
        { id: id(3), '@removed': { reason: 'deleted' } },
      ],
      '@odata.nextLink': `${serviceUrl}/users/delta?$skiptoken=x`,
    })(request, response),
  );
  const answer = await reader.usersDelta({ kind: 'beginning' });
  expect(answer).toEqual({
    kind: 'read',
    calls: 1,
    resourceUnits: 5,
    value: {
      items: [
        { kind: 'present', id: id(1), fields: { displayName: 'Ana', mail: null } },
        { kind: 'removed', id: id(2), reason: 'changed' },
        { kind: 'removed', id: id(3), reason: 'deleted' },
      ],
      next: `${serviceUrl}/users/delta?$skiptoken=x`,
      fingerprint: expect.stringMatching(/^[\w-]{43}$/),
    },
  });
  expect(seen[0]?.url).toMatch(/^\/v1\.0\/users\/delta\?\$select=id%2CdisplayName/);
});

test('members of a group slice come with their kind; an entry without members@delta has none to say (graph.md §6.4)', async () => {
  const { reader, serviceUrl } = await readerOf((request, response) =>
    json(200, {
      value: [
        {
          id: id(1),
          'members@delta': [
            { '@odata.type': '#microsoft.graph.user', id: id(2) },
            { '@odata.type': '#microsoft.graph.group', id: id(3), '@removed': { reason: 'deleted' } },
            { '@odata.type': '#microsoft.graph.servicePrincipal', id: id(4) },
            { '@odata.type': '#microsoft.graph.orgContact', id: id(5) },
            { id: id(6) },
            { '@odata.type': '#microsoft.graph.kindToCome', id: id(9), '@removed': { reason: 'deleted' } },
          ],
        },
        { id: id(7), displayName: null },
        { id: id(8), 'members@delta': [] },
      ],
      '@odata.deltaLink': `${serviceUrl}/groups/delta?$deltatoken=y`,
    })(request, response),
  );
  const answer = await reader.groupsDelta({ kind: 'now' });
  expect(answer).toMatchObject({
    value: {
      items: [
        {
          kind: 'present',
          id: id(1),
          fields: {},
          members: [
            { id: id(2), type: 'user', removed: false },
            { id: id(3), type: 'group', removed: true },
            { id: id(4), type: 'servicePrincipal', removed: false },
            { id: id(5), type: 'contact', removed: false },
            // Of no type that is said.
            { id: id(6), type: 'user', removed: false },
            { id: id(6), type: 'group', removed: false },
            { id: id(9), type: 'other', removed: true },
          ],
        },
        { kind: 'present', id: id(7), fields: { displayName: null } },
        { kind: 'present', id: id(8), fields: {}, members: [] },
      ],
      delta: `${serviceUrl}/groups/delta?$deltatoken=y`,
    },
  });
});

test('the type of a member is known with and without the sign before it', async () => {
  const { reader, serviceUrl } = await readerOf((request, response) =>
    json(200, {
      value: [{ id: id(1), 'members@delta': [{ '@odata.type': 'microsoft.graph.user', id: id(2) }] }],
      '@odata.deltaLink': `${serviceUrl}/groups/delta?$deltatoken=y`,
    })(request, response),
  );
  expect(await reader.groupsDelta({ kind: 'now' })).toMatchObject({
    value: { items: [{ members: [{ id: id(2), type: 'user', removed: false }] }] },
  });
});

test.each([null, false, true, 'deleted', []])(
  'a member with @removed as %j is no removal, it is malformed (T09)',
  async (removed) => {
    const { reader, serviceUrl } = await readerOf((request, response) =>
      json(200, {
        value: [
          {
            id: id(1),
            'members@delta': [{ '@odata.type': '#microsoft.graph.user', id: id(2), '@removed': removed }],
          },
        ],
        '@odata.deltaLink': `${serviceUrl}/groups/delta?$deltatoken=y`,
      })(request, response),
    );
    expect(await reader.groupsDelta({ kind: 'now' })).toMatchObject({
      kind: 'fault',
      fault: { kind: 'malformed' },
    });
  },
);

const linked = (links: object) => (request: Parameters<Answer>[0], response: Parameters<Answer>[1]) =>
  json(200, { value: [], ...links })(request, response);

test.each<[string, Answer]>([
  ['no link', linked({})],
  ['two links that are null', linked({ '@odata.nextLink': null, '@odata.deltaLink': null })],
  [
    'both links',
    linked({ '@odata.nextLink': 'http://127.0.0.1/a', '@odata.deltaLink': 'http://127.0.0.1/b' }),
  ],
  ['a link to another host', linked({ '@odata.nextLink': 'https://evil.example/v1.0/users/delta' })],
  ['no value', json(200, { '@odata.deltaLink': 'http://127.0.0.1/b' })],
  ['value null', json(200, { value: null })],
  [
    'an entry without id',
    json(200, { value: [{ displayName: 'x' }], '@odata.deltaLink': 'http://127.0.0.1/b' }),
  ],
  ['an id that is no GUID', json(200, { value: [{ id: '../x' }], '@odata.deltaLink': 'http://127.0.0.1/b' })],
])('a delta page with %s is malformed, never empty (T09)', async (_name, answer) => {
  const { reader } = await readerOf(answer);
  expect(await reader.usersDelta({ kind: 'beginning' })).toMatchObject({
    kind: 'fault',
    fault: { kind: 'malformed' },
  });
});

test('a dead page token is told apart from a dead delta token (graph.md §1.3)', async () => {
  const refusing = (status: number, code: string) => readerOf(json(status, { error: { code } }));
  const kindOf = async (status: number, code: string, query: string) => {
    const { reader, serviceUrl } = await refusing(status, code);
    const answer = await reader.usersDelta({ kind: 'link', link: `${serviceUrl}/users/delta?${query}` });
    return answer.kind === 'fault' ? answer.fault.kind : answer.kind;
  };
  expect(await kindOf(400, 'Directory_ExpiredPageToken', '$skiptoken=a')).toBe('token-dead');
  expect(await kindOf(404, 'UnknownError', '$skipToken=a')).toBe('token-dead');
  expect(await kindOf(400, 'BadRequest', '$skiptoken=a')).toBe('token-dead');
  expect(await kindOf(400, 'syncStateNotFound', '$deltatoken=a')).toBe('resync-required');
  expect(await kindOf(410, '', '$skiptoken=a')).toBe('resync-required');
  expect(await kindOf(400, 'BadRequest', '$deltatoken=a')).toBe('malformed');
  expect(await kindOf(404, 'UnknownError', '$deltatoken=a')).toBe('not-found');
});

test('equal pages have equal fingerprints although their links change (graph.md §1.2 rule 7)', async () => {
  let call = 0;
  const { reader, serviceUrl } = await readerOf((request, response) => {
    call++;
    const value = call < 3 ? [{ id: id(1) }] : [{ id: id(2) }];
    json(200, { value, '@odata.nextLink': `${serviceUrl}/users/delta?$skiptoken=${call}` })(
      request,
      response,
    );
  });
  const prints: string[] = [];
  for (let page = 0; page < 3; page++) {
    const answer = await reader.usersDelta({ kind: 'beginning' });
    if (answer.kind === 'read') prints.push(answer.value.fingerprint);
  }
  expect(prints[0]).toBe(prints[1]);
  expect(prints[0]).not.toBe(prints[2]);
});

test('a link that is null is one that is not there: of a delta page the other counts, and a list is at its end', async () => {
  const { reader, serviceUrl } = await readerOf((request, response) => {
    const next = (request.url ?? '').includes('skiptoken') ? null : `${serviceUrl}/users/delta?$skiptoken=1`;
    const delta = next === null ? `${serviceUrl}/users/delta?$deltatoken=1` : null;
    const links = { '@odata.nextLink': next, '@odata.deltaLink': delta };
    json(200, {
      value: [],
      ...((request.url ?? '').includes('delta') ? links : { '@odata.nextLink': null }),
    })(request, response);
  });
  const first = await reader.usersDelta({ kind: 'beginning' });
  expect(first).toMatchObject({ kind: 'read', value: { next: `${serviceUrl}/users/delta?$skiptoken=1` } });
  const link = `${serviceUrl}/users/delta?$skiptoken=1`;
  const last = await reader.usersDelta({ kind: 'link', link });
  expect(last).toMatchObject({ kind: 'read', value: { delta: `${serviceUrl}/users/delta?$deltatoken=1` } });
  expect(await reader.userList()).toEqual({ kind: 'read', value: { items: [] }, calls: 1, resourceUnits: 3 });
});

test('lists ask for 999 objects and follow their links', async () => {
  const { reader, seen, serviceUrl } = await readerOf((request, response) =>
    json(200, {
      value: [{ id: id(5), '@odata.type': '#microsoft.graph.user' }],
      '@odata.nextLink': `${serviceUrl}/next`,
    })(request, response),
  );
  const first = await reader.groupMembers(GroupId.parse(id(1)));
  expect(first).toMatchObject({
    value: { items: [{ id: id(5), type: 'user', removed: false }], next: `${serviceUrl}/next` },
  });
  await reader.groupMembers(GroupId.parse(id(1)), `${serviceUrl}/next`);
  expect(seen.map(({ url }) => url)).toEqual([
    `/v1.0/groups/${id(1)}/members?$select=id&$top=999`,
    '/v1.0/next',
  ]);
});

test('domains are read to the last page, in lower case', async () => {
  const { reader } = await readerOf((request, response) => {
    const isFirst = !(request.url ?? '').includes('page=2');
    const value = [
      {
        id: isFirst ? 'Contoso.com' : 'b.example',
        isVerified: isFirst,
        isDefault: isFirst,
        isInitial: false,
      },
    ];
    const next = isFirst ? { '@odata.nextLink': `http://${request.headers.host}/v1.0/domains?page=2` } : {};
    json(200, { value, ...next })(request, response);
  });
  expect(await reader.domains()).toEqual({
    kind: 'read',
    calls: 2,
    resourceUnits: 2,
    value: [
      { name: 'contoso.com', isVerified: true, isDefault: true, isInitial: false },
      { name: 'b.example', isVerified: false, isDefault: false, isInitial: false },
    ],
  });
});

test('without Organization.Read.All the tenant is its pinned id', async () => {
  const { reader } = await readerOf(json(403, { error: { code: 'Authorization_RequestDenied' } }));
  expect(await reader.organization()).toMatchObject({ kind: 'read', value: { tenantId, displayName: '' } });
});

test('a user, the tenant and assignments are parsed; not found is a fault', async () => {
  const { reader } = await readerOf(
    byPath({
      [`/v1.0/users/${id(1)}`]: json(200, { id: id(1), mail: 'a@x' }),
      '/v1.0/organization': json(200, { value: [{ id: tenantId.toUpperCase(), displayName: 'Contoso' }] }),
      [`/v1.0/servicePrincipals/${id(4)}/appRoleAssignedTo`]: json(200, {
        value: [{ principalId: id(1).toUpperCase(), principalType: 'Group' }],
      }),
    }),
  );
  expect(await reader.user(UserId.parse(id(1)))).toMatchObject({
    value: { kind: 'present', id: id(1), fields: { mail: 'a@x' } },
  });
  expect(await reader.user(UserId.parse(id(2)))).toMatchObject({
    kind: 'fault',
    fault: { kind: 'not-found' },
  });
  expect(await reader.organization()).toMatchObject({ value: { tenantId, displayName: 'Contoso' } });
  expect(await reader.appRoleAssignedTo(id(4))).toMatchObject({
    value: { items: [{ principalId: id(1), principalType: 'Group' }] },
  });
});

test('assignments are read by the largest page there is, so that a run has them in few calls (graph.md §1.6, §2)', async () => {
  const { reader, seen, serviceUrl } = await readerOf((request, response) =>
    json(200, { value: [], '@odata.nextLink': `${serviceUrl}/next` })(request, response),
  );
  const answer = await reader.appRoleAssignedTo(id(4));
  const next = answer.kind === 'read' ? answer.value.next : undefined;
  await reader.appRoleAssignedTo(id(4), next);
  expect(seen.map(({ url }) => decodeURIComponent(url))).toEqual([
    `/v1.0/servicePrincipals/${id(4)}/appRoleAssignedTo?$top=999`,
    '/v1.0/next',
  ]);
});

test('missing permissions reduce the scope, an outage while probing is a fault (graph.md §1.8)', async () => {
  const some = json(200, { value: [] });
  const denied = json(403, { error: { code: 'Authorization_RequestDenied' } });
  const { reader } = await readerOf(
    byPath({ '/v1.0/users': some, '/v1.0/groups': some, '/v1.0/domains': denied }),
  );
  expect(await reader.permissions()).toEqual({
    kind: 'read',
    value: {
      ...{ users: true, groups: true, domains: false, applications: false },
      // The token tells no roles.
      ...{ hiddenMembers: false, hiddenUnknown: true },
    },
    calls: 4,
    resourceUnits: 4,
  });
  const failing = await readerOf(byPath({ '/v1.0/users': some, '/v1.0/groups': json(503, {}) }));
  expect(await failing.reader.permissions()).toMatchObject({ kind: 'fault', fault: { kind: 'transient' } });
});

test.each([
  [404, 'Request_ResourceNotFound'],
  [400, 'BadRequest'],
])(
  'a list that Graph answers with %d is no refusal of users and groups, and opens no applications (graph.md §1.8)',
  async (status, code) => {
    const unknown = json(status, { error: { code } });
    const { reader } = await readerOf(
      byPath({
        ...{ '/v1.0/users': unknown, '/v1.0/groups': unknown, '/v1.0/servicePrincipals': unknown },
        '/v1.0/domains': json(200, { value: [] }),
      }),
    );
    expect(await reader.permissions()).toMatchObject({
      value: { users: true, groups: true, domains: true, hiddenMembers: false, applications: false },
    });
  },
);

test('groups of one object are asked for without a cast, and other containers keep their kind (graph.md §1.6)', async () => {
  const { reader, seen } = await readerOf(
    byPath({
      [`/v1.0/groups/${id(1)}/memberOf`]: json(200, {
        value: [
          { '@odata.type': '#microsoft.graph.group', id: id(2).toUpperCase() },
          { '@odata.type': '#microsoft.graph.directoryRole', id: id(3) },
          { '@odata.type': '#microsoft.graph.administrativeUnit', id: id(4) },
        ],
      }),
    }),
  );
  expect(await reader.groupsOf?.({ kind: 'group', id: id(1) })).toMatchObject({
    kind: 'read',
    value: {
      items: [
        { id: id(2), type: 'group', removed: false },
        { id: id(3), type: 'other', removed: false },
        { id: id(4), type: 'other', removed: false },
      ],
    },
  });
  expect(seen[0]?.url).toBe(`/v1.0/groups/${id(1)}/memberOf?$select=id&$top=999`);
  expect(await reader.groupsOf?.({ kind: 'user', id: id(9) })).toMatchObject({
    kind: 'fault',
    fault: { kind: 'not-found' },
  });
});

test('a token that cannot be had for its roles is a fault too, and what the probes met comes first', async () => {
  const some = json(200, { value: [] });
  const permissionsWith = async (users: Answer) => {
    const { client, serviceUrl } = await graphAnswering(
      byPath({ '/v1.0/users': users, '/v1.0/groups': some, '/v1.0/domains': some }),
    );
    const grantedRoles = () => Promise.reject(new GraphFailure('transient', 'no token'));
    return await graphReader(client, { serviceUrl, tenantId, grantedRoles }).permissions();
  };
  expect(await permissionsWith(some)).toEqual({
    kind: 'fault',
    fault: { kind: 'transient', detail: 'no token' },
    ...{ calls: 4, resourceUnits: 4 },
  });
  expect(await permissionsWith(json(401, {}))).toMatchObject({ fault: { kind: 'unauthorized' } });
});

test('a fault says what was sent for it, all pages and probes together', async () => {
  const busy = json(503, {});
  const some = json(200, { value: [] });
  const { reader, serviceUrl } = await readerOf(busy);
  const link = `${serviceUrl}/users/delta?$skiptoken=x`;
  expect(await reader.usersDelta({ kind: 'link', link })).toMatchObject({ calls: 4, resourceUnits: 20 });
  const unreadable = await readerOf(json(200, { value: [{}] }, { 'x-ms-resource-unit': '7' }));
  expect(await unreadable.reader.userList()).toMatchObject({
    ...{ kind: 'fault', fault: { kind: 'malformed' } },
    ...{ calls: 1, resourceUnits: 7 },
  });
  const probes = await readerOf(byPath({ '/v1.0/users': some, '/v1.0/groups': busy, '/v1.0/domains': busy }));
  const counted = await probes.reader.permissions();
  expect(counted).toMatchObject({ kind: 'fault', calls: 1 + 4 + 4 + 1, resourceUnits: 1 + 4 + 4 + 1 });
  expect(probes.seen).toHaveLength(10);
  const unnamed = await readerOf(busy, json(403, {}));
  expect(await unnamed.reader.organization()).toMatchObject({ kind: 'read', calls: 2, resourceUnits: 2 });
});

test('domains that break off on a later page, or never end, count the pages before', async () => {
  const page2 = (host: string | undefined) => ({ '@odata.nextLink': `http://${host}/v1.0/domains?page=2` });
  const ends = await readerOf((request, response) => {
    const isFirst = !(request.url ?? '').includes('page=2');
    json(isFirst ? 200 : 403, { value: [], ...page2(request.headers.host) })(request, response);
  });
  expect(await ends.reader.domains()).toMatchObject({ kind: 'fault', calls: 2, resourceUnits: 2 });
  const endless = await readerOf((request, response) =>
    json(200, { value: [], ...page2(request.headers.host) })(request, response),
  );
  expect(await endless.reader.domains()).toMatchObject({ kind: 'fault', calls: 100, resourceUnits: 100 });
});
