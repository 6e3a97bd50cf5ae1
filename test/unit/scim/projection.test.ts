import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../shared/model/json.ts';
import { locationOf } from '../../../shared/scim/locations.ts';
import { parseProjection, project, wantedOf } from '../../../shared/scim/projection.ts';
import { renderResource } from '../../../shared/scim/render-resource.ts';
import type { Resource } from '../../../shared/scim/scim-directory.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const badge = 'urn:example:Badge:2.0:User';
const baseUrl = 'https://rookery.example/scim/v2/dir_1';

const user: Resource = {
  kind: 'User',
  id: 'u 1',
  version: 'W/"1"',
  created: '2026-01-01T00:00:00.000Z',
  lastModified: '2026-01-02T00:00:00.000Z',
  attributes: {
    [badge]: { Colour: 'red', owner: { name: 'o', level: 1 } },
    [enterprise]: { manager: { value: 'm/1' }, department: 'D' },
    groups: [{ value: 'g1', type: 'direct' }],
    emails: [
      { type: 'work', value: 'a@b' },
      { type: 'home', value: 'h@b' },
    ],
    name: { givenName: 'G', familyName: 'F' },
    userName: 'ann',
    active: false,
  },
};
const meta = {
  resourceType: 'User',
  created: user.created,
  lastModified: user.lastModified,
  location: `${baseUrl}/Users/u%201`,
  version: 'W/"1"',
};
const rendered = renderResource(user, baseUrl);

describe('renderResource', () => {
  test('shows a user in a stable order, with references (E §9, P34)', () => {
    expect(Object.entries(rendered)).toEqual([
      ['schemas', [core, badge, enterprise]],
      ['id', 'u 1'],
      ['userName', 'ann'],
      ['name', { givenName: 'G', familyName: 'F' }],
      ['active', false],
      [
        'emails',
        [
          { type: 'work', value: 'a@b' },
          { type: 'home', value: 'h@b' },
        ],
      ],
      ['groups', [{ value: 'g1', $ref: `${baseUrl}/Groups/g1`, type: 'direct' }]],
      [badge, { Colour: 'red', owner: { name: 'o', level: 1 } }],
      [enterprise, { manager: { value: 'm/1' }, department: 'D' }],
      ['meta', meta],
    ]);
  });

  test('shows members with their type and address (P54)', () => {
    const group: Resource = {
      ...user,
      kind: 'Group',
      id: 'g1',
      attributes: {
        displayName: 'G',
        members: [{ value: 'u1', type: 'User' }, { value: 'g2', type: 'Group' }, { value: 'x' }],
      },
    };
    expect(renderResource(group, baseUrl)).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      id: 'g1',
      displayName: 'G',
      members: [
        { value: 'u1', $ref: `${baseUrl}/Users/u1`, type: 'User' },
        { value: 'g2', $ref: `${baseUrl}/Groups/g2`, type: 'Group' },
        { value: 'x', $ref: `${baseUrl}/Users/x` },
      ],
      meta: { ...meta, resourceType: 'Group', location: `${baseUrl}/Groups/g1` },
    });
  });

  test('shows an enterprise extension without a manager as it is', () => {
    const shown = renderResource(
      { ...user, attributes: { userName: 'a', [enterprise]: { division: 'V' } } },
      baseUrl,
    );
    expect(shown[enterprise]).toEqual({ division: 'V' });
    expect(locationOf({ kind: 'Group', id: 'g' }, baseUrl)).toBe(`${baseUrl}/Groups/g`);
  });
});

describe('project', () => {
  const always = { schemas: [core, badge, enterprise], id: 'u 1' };

  test.each<[string, JsonObject]>([
    ['userName', { userName: 'ann' }],
    [' USERNAME , active ,', { userName: 'ann', active: false }],
    ['name.givenName', { name: { givenName: 'G' } }],
    ['name.givenName,name', { name: { givenName: 'G', familyName: 'F' } }],
    ['emails.value', { emails: [{ value: 'a@b' }, { value: 'h@b' }] }],
    [
      'emails.value,emails.type',
      {
        emails: [
          { type: 'work', value: 'a@b' },
          { type: 'home', value: 'h@b' },
        ],
      },
    ],
    ['emails.display', {}],
    ['emails[type eq "work"].value', { emails: [{ value: 'a@b' }, { value: 'h@b' }] }],
    [`${core}:userName`, { userName: 'ann' }],
    [`${enterprise}:department`, { [enterprise]: { department: 'D' } }],
    [`${enterprise}:manager.value`, { [enterprise]: { manager: { value: 'm/1' } } }],
    ['manager', { [enterprise]: { manager: { value: 'm/1' } } }],
    [enterprise.toUpperCase(), { [enterprise]: rendered[enterprise] ?? null }],
    [badge, { [badge]: rendered[badge] ?? null }],
    [`${badge}:colour`, { [badge]: { Colour: 'red' } }],
    [`${badge}:owner.name`, { [badge]: { owner: { name: 'o' } } }],
    ['meta', { meta }],
    ['meta.location', { meta: { location: meta.location } }],
    ['groups.value', { groups: [{ value: 'g1' }] }],
    ['id', {}],
    ['schemas,nothing,password,a b,members', {}],
    ['urn:example:nothing', {}],
    ['__proto__,constructor', {}],
  ])('attributes=%s (RFC 7644 §3.9)', (names, expected) => {
    expect(project('User', rendered, parseProjection(names))).toEqual({ ...always, ...expected });
  });

  test.each<[string, readonly string[], JsonObject]>([
    ['emails,meta', ['emails', 'meta'], {}],
    ['id,schemas,ID', [], {}],
    ['name.givenName', ['name'], { name: { familyName: 'F' } }],
    ['name.givenName,name.familyName', ['name'], {}],
    ['emails.type', ['emails'], { emails: [{ value: 'a@b' }, { value: 'h@b' }] }],
    ['emails.type,emails.value', ['emails'], {}],
    [`${enterprise}:department`, [enterprise], { [enterprise]: { manager: { value: 'm/1' } } }],
    [enterprise, [enterprise], {}],
    [`${badge}:colour,${badge}:owner.level`, [badge], { [badge]: { owner: { name: 'o' } } }],
    ['nothing,members,userName.value', [], {}],
  ])('excludedAttributes=%s (RFC 7644 §3.9)', (names, gone, expected) => {
    const left = Object.fromEntries(Object.entries(rendered).filter(([name]) => !gone.includes(name)));
    expect(project('User', rendered, parseProjection(undefined, names))).toEqual({ ...left, ...expected });
  });

  test('leaves all without names, and applies both lists', () => {
    expect(project('User', rendered, parseProjection('', ' , '))).toBe(rendered);
    expect(project('User', rendered, parseProjection('name,userName', 'name.familyName'))).toEqual({
      ...always,
      userName: 'ann',
      name: { givenName: 'G' },
    });
  });
});

describe('wantedOf', () => {
  test.each([
    ['User', undefined, undefined, true, { members: false, groups: true }],
    ['User', undefined, undefined, false, { members: false, groups: false }],
    ['User', 'groups', undefined, false, { members: false, groups: true }],
    ['User', 'groups.value', undefined, false, { members: false, groups: true }],
    ['User', 'userName', undefined, true, { members: false, groups: false }],
    ['User', undefined, 'groups', true, { members: false, groups: false }],
    ['User', 'members', undefined, true, { members: false, groups: false }],
    ['Group', undefined, undefined, true, { members: true, groups: false }],
    ['Group', undefined, undefined, false, { members: true, groups: false }],
    ['Group', undefined, 'MEMBERS', false, { members: false, groups: false }],
    ['Group', undefined, 'members.type', false, { members: true, groups: false }],
    ['Group', 'id', undefined, true, { members: false, groups: false }],
    ['Group', 'members.value,id', undefined, true, { members: true, groups: false }],
    ['Group', 'members', 'members', true, { members: false, groups: false }],
    [
      'Group',
      'urn:ietf:params:scim:schemas:core:2.0:Group:members',
      undefined,
      true,
      { members: true, groups: false },
    ],
    ['Group', 'groups', undefined, true, { members: false, groups: false }],
  ] as const)(
    'of a %s with attributes=%s, excludedAttributes=%s, single=%s',
    (kind, only, excluded, single, expected) => {
      expect(wantedOf(kind, parseProjection(only, excluded), single)).toEqual(expected);
    },
  );
});
