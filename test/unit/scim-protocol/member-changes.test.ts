import { expect, test } from '@jest/globals';
import type { Json } from '../../../shared/model/json.ts';
import { memberChangesAsked } from '../../../shared/scim/member-changes.ts';

const patch = (...operations: readonly Json[]): Json => ({ Operations: [...operations] });
const members = [{ value: 'a' }, { value: 'b' }];

test.each<[string, Json | undefined, number]>([
  ['no body', undefined, 0],
  ['a list', [], 0],
  ['a group with members', { displayName: 'g', members }, 2],
  ['a group without', { displayName: 'g' }, 0],
  ['an add with a path', patch({ op: 'Add', path: 'members', value: members }), 2],
  ['one member outside a list', patch({ op: 'Add', path: 'Members', value: { value: 'a' } }), 1],
  ['an add without a path', patch({ op: 'add', value: { Members: members } }), 2],
  ['a removal by filter', patch({ op: 'Remove', path: 'members[value eq "a"]' }), 1],
  ['a removal of all', patch({ op: 'remove', path: 'members' }), 1],
  ['another attribute', patch({ op: 'replace', path: 'displayName', value: 'x' }), 0],
  ['one that begins alike', patch({ op: 'add', path: 'membership', value: members }), 0],
  ['several at once', patch({ path: 'members', value: members }, { path: 'members', value: members }), 4],
  ['no operations', { operations: 5 }, 0],
  ['no operation', patch('x', null, { path: 5, value: members }), 0],
])('%s', (_, body, count) => {
  expect(memberChangesAsked(body)).toBe(count);
});
