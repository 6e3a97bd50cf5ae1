import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../shared/model/json.ts';
import { renderResource } from '../../../shared/scim/render-resource.ts';
import type { ResourceKind } from '../../../shared/scim/scim-directory.ts';

const baseUrl = 'https://h/scim/v2/dir_1';
const core = 'urn:ietf:params:scim:schemas:core:2.0';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const custom = 'urn:example:2.0:Badge';

describe('a resource as it is shown (RFC 7643 §3.1)', () => {
  test.each<[string, ResourceKind, JsonObject, object, readonly string[]]>([
    [
      'a user in the order of its schema, with its extensions',
      'User',
      {
        [custom]: { manager: 'm', level: 1 },
        active: true,
        userName: 'u',
        [enterprise]: { manager: { value: 'm/1', displayName: 'M' }, department: 'D' },
        groups: [{ value: 'g 1', type: 'direct' }, { value: 'g2' }],
      },
      {
        userName: 'u',
        active: true,
        groups: [
          { value: 'g 1', $ref: `${baseUrl}/Groups/g%201`, type: 'direct' },
          { value: 'g2', $ref: `${baseUrl}/Groups/g2` },
        ],
        [custom]: { manager: 'm', level: 1 },
        [enterprise]: { manager: { value: 'm/1', displayName: 'M' }, department: 'D' },
      },
      [custom, enterprise],
    ],
    [
      'a group with members of both kinds',
      'Group',
      {
        members: [{ value: 'u', type: 'User' }, { value: 'g', type: 'Group' }, { value: 'x' }],
        displayName: 'G',
      },
      {
        displayName: 'G',
        members: [
          { value: 'u', $ref: `${baseUrl}/Users/u`, type: 'User' },
          { value: 'g', $ref: `${baseUrl}/Groups/g`, type: 'Group' },
          { value: 'x', $ref: `${baseUrl}/Users/x` },
        ],
      },
      [],
    ],
    [
      'what rows of another time hold, as it is',
      'User',
      { groups: ['g'], [enterprise]: 'text' },
      { groups: ['g'], [enterprise]: 'text' },
      [enterprise],
    ],
    ['a list that is none, as it is', 'Group', { members: 'm' }, { members: 'm' }, []],
  ])('%s', (_, kind, attributes, shown, extensions) => {
    const resource = {
      kind,
      id: 'i/1',
      version: 'W/"1"',
      created: '2026-01-01T00:00:00.000Z',
      lastModified: '2026-01-02T00:00:00.000Z',
      attributes,
    };
    const rendered = renderResource(resource, baseUrl);
    expect(rendered).toStrictEqual({
      schemas: [`${core}:${kind}`, ...extensions],
      id: 'i/1',
      ...shown,
      meta: {
        resourceType: kind,
        created: '2026-01-01T00:00:00.000Z',
        lastModified: '2026-01-02T00:00:00.000Z',
        location: `${baseUrl}/${kind}s/i%2F1`,
        version: 'W/"1"',
      },
    });
    expect(Object.keys(rendered)).toEqual(['schemas', 'id', ...Object.keys(shown), 'meta']);
  });
});
