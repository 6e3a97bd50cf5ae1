import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../shared/model/json.ts';
import { referencesIn, resolved, resolvedText, split } from '../../../shared/scim/bulk-references.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('bulkIds of a value (RFC 7644 §3.7.2)', () => {
  test.each<[string, Json, readonly string[]]>([
    ['a whole text', 'bulkId:u', ['u']],
    ['at any depth, once each', { a: [{ b: 'bulkId:u' }, 'bulkId:v'], c: { d: 'bulkId:u' } }, ['u', 'v']],
    ['in the path of members', 'members[value eq "bulkId:u" or value eq "bulkId:v"]', ['u', 'v']],
    ['with spaces and colons of their own', 'bulkId:a b:c', ['a b:c']],
    ['not in the midst of another text', 'ask bulkId:u', []],
    ['not in a text that only ends with members', 'bulkId-like bulkId:u of members', []],
    ['not empty', 'bulkId:', []],
    ['not in names', { 'bulkId:u': 1 }, []],
    ['not in what is no text', [1, true, null], []],
  ])('%s', (_, value, names) => {
    expect([...referencesIn(value)]).toEqual(names);
  });

  test('are replaced where they are known', () => {
    const ids = new Map([['u', 'id-1']]);
    const value = { a: ['bulkId:u', 'bulkId:v', 'ask bulkId:u', 1], path: 'members[value eq "bulkId:u"]' };
    expect(resolved(value, ids)).toEqual({
      a: ['id-1', 'bulkId:v', 'ask bulkId:u', 1],
      path: 'members[value eq "id-1"]',
    });
    expect(resolvedText('members[value eq "bulkId:v" or value eq "bulkId:u"]', ids)).toBe(
      'members[value eq "bulkId:v" or value eq "id-1"]',
    );
    expect(resolvedText('title bulkId:u', ids)).toBe('title bulkId:u');
  });
});

describe('a body is split so that circles can be created (RFC 7644 §3.7.1)', () => {
  const open = new Set(['x', 'y']);
  const op = 'add';

  test.each<[string, JsonObject, JsonObject, readonly JsonObject[]]>([
    ['what is there stays', { a: 'bulkId:z', b: ['bulkId:z'] }, { a: 'bulkId:z', b: ['bulkId:z'] }, []],
    [
      'elements of a list come later, the others now',
      { displayName: 'G', members: [{ value: 'bulkId:x' }, { value: 'u' }, { value: 'bulkId:y' }] },
      { displayName: 'G', members: [{ value: 'u' }] },
      [{ op, path: 'members', value: [{ value: 'bulkId:x' }, { value: 'bulkId:y' }] }],
    ],
    [
      'an attribute of the core comes later as a whole',
      { userName: 'u', 'na:me': 'bulkId:x', name: { formatted: 'bulkId:x', givenName: 'g' } },
      { userName: 'u' },
      [
        { op, path: 'na:me', value: 'bulkId:x' },
        { op, path: 'name', value: { formatted: 'bulkId:x', givenName: 'g' } },
      ],
    ],
    [
      'an extension stays but for the attributes that name what is to come',
      { [enterprise]: { department: 'D', manager: { value: 'bulkId:x' }, peers: ['bulkId:y', 'p'] } },
      { [enterprise]: { department: 'D', peers: ['p'] } },
      [
        { op, path: `${enterprise}:manager`, value: { value: 'bulkId:x' } },
        { op, path: `${enterprise}:peers`, value: ['bulkId:y'] },
      ],
    ],
    [
      'a name with colons inside an extension is an attribute of it',
      { 'urn:a:b': { 'c:d': { e: 'bulkId:x', f: 1 } } },
      { 'urn:a:b': {} },
      [{ op, path: 'urn:a:b:c:d', value: { e: 'bulkId:x', f: 1 } }],
    ],
  ])('%s', (_, whole, body, later) => {
    expect(split(whole, open)).toEqual({ body, later });
  });
});
