import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../shared/model/json.ts';
import { parseProjection, project } from '../../../shared/scim/projection.ts';

const badge = 'urn:example:2.0:Badge';

describe('a projection (RFC 7644 §3.9)', () => {
  const shown: JsonObject = {
    schemas: ['s'],
    id: '1',
    name: { givenName: 'G', familyName: 'F' },
    emails: ['odd', { value: 'a', type: 'work' }, { type: 'home' }],
    title: 'T',
    [badge]: { level: 1, owner: { name: 'O', desk: 2 } },
  };
  const always = { schemas: ['s'], id: '1' };

  test.each<[string, JsonObject]>([
    [badge, { ...always, [badge]: shown[badge] ?? null }],
    [`${badge}:level`, { ...always, [badge]: { level: 1 } }],
    [`${badge}:owner.name`, { ...always, [badge]: { owner: { name: 'O' } } }],
    ['emails.value', { ...always, emails: [{ value: 'a' }] }],
    ['name.givenName,nothing,1x', { ...always, name: { givenName: 'G' } }],
    ['name.givenName,name', { ...always, name: shown['name'] ?? null }],
    ['title.x', always],
  ])('of %s alone', (names, expected) => {
    expect(project('User', shown, parseProjection(names))).toStrictEqual(expected);
  });

  const without = (...names: readonly string[]) =>
    Object.fromEntries(Object.entries(shown).filter(([name]) => !names.includes(name)));

  test.each<[string, JsonObject]>([
    [badge, without(badge)],
    ['name.givenName,name', without('name')],
    ['name.givenName', { ...shown, name: { familyName: 'F' } }],
    ['name.givenName,name.familyName', without('name')],
    ['emails.value,emails.type', without('emails')],
    [`${badge}:owner.name`, { ...shown, [badge]: { level: 1, owner: { desk: 2 } } }],
    ['id,schemas,nothing', shown],
  ])('without %s', (names, expected) => {
    expect(project('User', shown, parseProjection(undefined, names))).toStrictEqual(expected);
  });
});
