import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../../shared/model/json.ts';
import { limits } from '../../../shared/model/limits.ts';
import {
  applyPatch,
  isNoEdit,
  type MemberElement,
  type MembersEdit,
  parsePatch,
} from '../../../shared/scim/patch.ts';

const raw = { body: {}, patched: {} };
const group = { attributes: { displayName: 'G' }, raw };

const patch = (operations: readonly Json[]) =>
  applyPatch('Group', group, parsePatch({ Operations: operations }));

type PatchBefore = Parameters<typeof applyPatch>[1];

function refusalOf(run: () => unknown): string {
  try {
    run();
  } catch (refusal) {
    const { code, message } = refusal as { code: string; message: string };
    return `${code}: ${message}`;
  }
  return 'accepted';
}

describe('parsePatch', () => {
  test('reads keys and ops in any case', () => {
    expect(
      parsePatch({
        Schemas: ['x'],
        operations: [
          { OP: ' Add ', Path: ' title ', VALUE: null },
          { Op: 'REMOVE', path: 'a' },
          { op: 'replace', path: null, value: {} },
        ],
      }),
    ).toEqual([
      { op: 'add', path: { attribute: 'title' }, value: null },
      { op: 'remove', path: { attribute: 'a' } },
      { op: 'replace', value: {} },
    ]);
  });

  const refusedBodies: readonly [Json, string][] = [
    [null, 'invalid-syntax: The body must be an object with a list of Operations.'],
    [[], 'invalid-syntax: The body must be an object with a list of Operations.'],
    [{}, 'invalid-syntax: The body must be an object with a list of Operations.'],
    [{ Operations: { op: 'add' } }, 'invalid-syntax: The body must be an object with a list of Operations.'],
    [{ Operations: ['add'] }, 'invalid-syntax: Each of the Operations must be an object.'],
    [{ Operations: [{ path: 'a', value: 1 }] }, 'invalid-syntax: op must be add, remove or replace.'],
    [{ Operations: [{ op: 'upsert' }] }, 'invalid-syntax: op must be add, remove or replace, not upsert.'],
    [{ Operations: [{ op: 'remove' }] }, 'no-target: A remove operation must have a path.'],
    [{ Operations: [{ op: 'remove', path: '' }] }, 'no-target: A remove operation must have a path.'],
    [
      { Operations: [{ op: 'add', value: 'x' }] },
      'invalid-value: The add operation without a path must have an object as its value.',
    ],
    [
      { Operations: [{ op: 'replace' }] },
      'invalid-value: The replace operation without a path must have an object as its value.',
    ],
    [{ Operations: [{ op: 'add', path: 'title' }] }, 'invalid-value: The add operation must have a value.'],
    [{ Operations: [{ op: 'add', path: 7, value: 1 }] }, 'invalid-path: path must be a text.'],
    [{ Operations: [{ op: 'add', path: 'a b', value: 1 }] }, 'invalid-path: The path cannot be read: a b'],
    [{ Operations: Array(limits.patchOperationsMax).fill({ op: 'remove', path: 'x' }) }, 'accepted'],
    [
      { Operations: Array(limits.patchOperationsMax + 1).fill({ op: 'remove', path: 'x' }) },
      `too-large: A PATCH may have ${limits.patchOperationsMax} Operations at most.`,
    ],
  ];

  test.each(
    refusedBodies.map(([body, expected]) => [JSON.stringify(body).slice(0, 60), body, expected] as const),
  )('answers %s', (_, body, expected) => {
    expect(refusalOf(() => parsePatch(body))).toBe(expected);
  });
});

describe('members in a PATCH', () => {
  const none = { replace: false, add: [], remove: [] };
  const all = { replace: true, add: [], remove: [] };

  test.each<[string, readonly Json[], MembersEdit]>([
    ['E D9', [{ op: 'Add', path: 'members', value: [{ $ref: null, value: 'A' }] }], { ...none, add: ['A'] }],
    [
      'E D10: a value list removes those only (XE-05)',
      [{ op: 'Remove', path: 'members', value: [{ $ref: null, value: 'A' }, { value: 'b' }] }],
      { ...none, remove: ['A', 'b'] },
    ],
    [
      'E F6: add',
      [{ op: 'add', path: 'members', value: [{ value: 'A' }, { value: 'b' }] }],
      { ...none, add: ['A', 'b'] },
    ],
    ['E F6: remove', [{ op: 'remove', path: 'members[value eq "A"]' }], { ...none, remove: ['A'] }],
    ['P47: without a value all go', [{ op: 'remove', path: 'members' }], all],
    ['an empty list removes nobody', [{ op: 'remove', path: 'members', value: [] }], none],
    [
      'P48: replace is exact',
      [{ op: 'replace', path: 'members', value: [{ value: 'A' }] }],
      { ...all, add: ['A'] },
    ],
    ['replace with nothing', [{ op: 'replace', path: 'members', value: [] }], all],
    ['replace with null', [{ op: 'replace', path: 'members', value: null }], all],
    ['add nothing', [{ op: 'add', path: 'members', value: null }], none],
    ['P49: a replace without members', [{ op: 'replace', value: { displayName: 'H' } }], none],
    [
      'P50: bare ids without a path',
      [{ op: 'add', value: { MEMBERS: ['a', { value: 'b' }] } }],
      { ...none, add: ['a', 'b'] },
    ],
    ['replace without a path', [{ op: 'replace', value: { members: ['a'] } }], { ...all, add: ['a'] }],
    [
      'with the URN of the schema',
      [{ op: 'add', path: 'urn:ietf:params:scim:schemas:core:2.0:Group:members', value: 'a' }],
      { ...none, add: ['a'] },
    ],
    [
      'E §5.3.2: add then remove',
      [
        { op: 'add', path: 'members', value: 'Aa' },
        { op: 'remove', path: 'members[value eq "aA"]' },
      ],
      { ...none, remove: ['aA'] },
    ],
    [
      'remove then add',
      [
        { op: 'remove', path: 'members', value: 'Aa' },
        { op: 'add', path: 'members', value: 'aA' },
      ],
      { ...none, add: ['aA'] },
    ],
    [
      'replace then remove',
      [
        { op: 'replace', path: 'members', value: ['a', 'b'] },
        { op: 'remove', path: 'members', value: ['b', 'c'] },
      ],
      { ...all, add: ['a'] },
    ],
    [
      'remove and add, then replace',
      [
        { op: 'remove', path: 'members', value: ['a'] },
        { op: 'add', path: 'members', value: 'b' },
        { op: 'replace', path: 'members', value: ['c'] },
      ],
      { ...all, add: ['c'] },
    ],
    [
      'added twice',
      [
        { op: 'add', path: 'members', value: ['Ab', 'aB'] },
        { op: 'add', path: 'members', value: 'AB' },
      ],
      { ...none, add: ['Ab'] },
    ],
    [
      'two of an or',
      [{ op: 'remove', path: 'members[value eq "x" or value eq "y"]' }],
      { ...none, remove: ['x', 'y'] },
    ],
    [
      'an and that holds',
      [{ op: 'remove', path: 'members[value eq "x" and type eq "User"]' }],
      { ...none, remove: ['x'] },
    ],
    [
      'an and that does not hold',
      [{ op: 'remove', path: 'members[type eq "Group" and value eq "x"]' }],
      none,
    ],
    [
      'an id that says it is a group',
      [
        {
          op: 'remove',
          path: 'members[type eq "Group" and value eq "0190a0b0-0000-8000-8000-000000000001"]',
        },
      ],
      { ...none, remove: ['0190a0b0-0000-8000-8000-000000000001'] },
    ],
    [
      'after a replace everything is known',
      [
        { op: 'replace', path: 'members', value: ['a', 'b'] },
        { op: 'remove', path: 'members[value sw "b"]' },
      ],
      { ...all, add: ['a'] },
    ],
  ])('%s', (_, operations, expected) => {
    const outcome = patch(operations);
    expect(outcome.members).toEqual(expected);
    expect(outcome.changed).toBe(JSON.stringify(operations).includes('displayName'));
    expect(isNoEdit(outcome.members)).toBe(JSON.stringify(expected) === JSON.stringify(none));
  });

  test.each<[Json, string]>([
    [{ op: 'remove', path: 'members[]' }, 'invalid-path'],
    [{ op: 'remove', path: "members[value eq 'x']" }, 'invalid-path'],
    [{ op: 'remove', path: 'members[value eq x]' }, 'invalid-path'],
    [{ op: 'remove', path: 'members[value]' }, 'invalid-path'],
    [{ op: 'remove', path: 'members[display eq "x"]' }, 'invalid-path'],
    [{ op: 'remove', path: 'members[not (nothing eq "x")]' }, 'invalid-path'],
    [{ op: 'remove', path: 'members[value eq "x" or nothing ne "x"]' }, 'invalid-path'],
    [{ op: 'remove', path: 'members[nothing pr or value eq "x"]' }, 'invalid-path'],
    [{ op: 'remove', path: 'members[value.x pr]' }, 'invalid-path'],
    [{ op: 'remove', path: 'members[urn:x:value pr]' }, 'invalid-path'],
    [{ op: 'remove', path: 'members', value: null }, 'invalid-value'],
    [{ op: 'remove', path: 'members', value: '' }, 'invalid-value'],
    [{ op: 'remove', path: 'members', value: [{}] }, 'invalid-value'],
    [{ op: 'remove', path: 'members.value' }, 'read-only'],
    [{ op: 'remove', path: 'members[value eq "x"].value' }, 'read-only'],
    [{ op: 'replace', path: 'members[value eq "x"]', value: { value: 'y' } }, 'read-only'],
    [{ op: 'add', path: 'members', value: [{ display: 'x' }] }, 'invalid-value'],
    [{ op: 'remove', path: 'displayName' }, 'read-only'],
  ])('refuses %j and removes nobody (T25)', (operation, code) => {
    expect(refusalOf(() => patch([operation]))).toMatch(new RegExp(`^${code}: `));
  });

  test('a filter that names nobody asks every old member, and no added one twice', () => {
    const { members } = patch([
      { op: 'add', path: 'members', value: ['x1', 'y1'] },
      { op: 'remove', path: 'members[value sw "x" or type eq "Group"]' },
      { op: 'remove', path: 'members[value ew "9"]' },
      { op: 'add', path: 'members', value: 'x2' },
    ]);
    const { removeWhere, ...edit } = members;
    const chosen = [
      { value: 'X5', type: 'User' },
      { value: 'y5', type: 'User' },
      { value: 'y5', type: 'Group' },
      { value: 'y9', type: 'User' },
    ] as const;
    expect(edit).toEqual({ replace: false, add: ['y1', 'x2'], remove: ['x1'] });
    expect(chosen.map((member) => removeWhere?.(member))).toEqual([true, false, true, true]);
    expect(isNoEdit({ ...edit, add: [], remove: [], ...(removeWhere && { removeWhere }) })).toBe(false);
  });

  test('one edit does what the operations do one after the other', () => {
    const ids = fc.constantFrom('a', 'b', 'C', 'c', 'd');
    const lists = fc.array(ids, { maxLength: 3 });
    const operation = fc.oneof(
      fc.record({
        op: fc.constantFrom('add', 'replace', 'Remove'),
        path: fc.constant('members'),
        value: lists,
      }),
      fc.record({ op: fc.constant('remove'), path: fc.constant('members') }),
      ids.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })),
      ids.map((id) => ({ op: 'remove', path: `members[value ge "${id}"]` })),
      ids.map((id) => ({ op: 'remove', path: `members[not (value eq "${id}")]` })),
    );
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 8 }),
        fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'e')),
        (operations, old) => {
          const { members } = patch(operations);
          expect(carriedOut(members, old)).toEqual(oneByOne(operations, old));
          expect(members.add.filter((id) => members.remove.includes(id))).toEqual([]);
        },
      ),
    );
  });
});

function carriedOut(
  { replace, add, remove, removeWhere }: MembersEdit,
  old: readonly string[],
): readonly string[] {
  const isGone = (value: string) =>
    replace ||
    remove.some((id) => id.toLowerCase() === value) ||
    (removeWhere?.({ value, type: 'User' } satisfies MemberElement) ?? false);
  return sorted([...old.filter((id) => !isGone(id)), ...add.map((id) => id.toLowerCase())]);
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: the obvious version is read in one piece
function oneByOne(
  operations: readonly { op: string; path: string; value?: readonly string[] }[],
  old: readonly string[],
) {
  let members = old;
  for (const { op, path, value } of operations) {
    const named = value?.map((id) => id.toLowerCase());
    const [, not, relation, literal = ''] = /\[(not )?\(?value (eq|ge) "(.)"/.exec(path) ?? [];
    if (relation) {
      const holds = (id: string) =>
        relation === 'eq' ? id === literal.toLowerCase() : id >= literal.toLowerCase();
      members = members.filter((id) => (not ? holds(id) : !holds(id)));
    } else if (op === 'add') members = [...members, ...(named ?? [])];
    else if (op === 'replace') members = named ?? [];
    else members = named ? members.filter((id) => !named.includes(id)) : [];
  }
  return sorted(members);
}

const sorted = (ids: readonly string[]) => [...new Set(ids)].sort();

describe('applyPatch', () => {
  const attributes: JsonObject = {
    userName: 'ann',
    name: { givenName: 'G', familyName: 'F' },
    emails: [{ type: 'work', value: 'a@b' }],
  };
  const before: PatchBefore = { attributes, raw: { body: { userName: 'ann' }, patched: { old: 1 } } };
  const run = (operations: readonly Json[], from = before) =>
    applyPatch('User', from, parsePatch({ Operations: operations }));

  test('the same values in another order change nothing and are not written (E §5.3.3)', () => {
    const outcome = run([
      {
        op: 'replace',
        value: {
          name: { familyName: 'F', givenName: 'G' },
          userName: 'ann',
          emails: [{ value: 'a@b', type: 'work' }],
        },
      },
    ]);
    expect(outcome).toEqual({ ...before, members: { replace: false, add: [], remove: [] }, changed: false });
    expect([outcome.attributes, outcome.raw]).toEqual([before.attributes, before.raw]);
  });

  test.each<[string, Json]>([
    ['another case', { op: 'replace', path: 'userName', value: 'Ann' }],
    ['a longer list', { op: 'add', path: 'emails', value: { value: 'c@d' } }],
    ['one part more', { op: 'add', path: 'name.middleName', value: 'M' }],
    ['one part less', { op: 'remove', path: 'name.givenName' }],
    [
      'another type of value',
      { op: 'replace', path: 'emails', value: [{ type: 'work', value: 'a@b', primary: false }] },
    ],
  ])('notices %s', (_, operation) => {
    expect(run([operation]).changed).toBe(true);
  });

  test('remembers what was sent by path, also of unknown attributes, without secrets', () => {
    const { raw: after, changed } = run([
      { op: 'Replace', path: 'title', value: 'T' },
      { op: 'add', path: 'emails[type eq "work"].display', value: 'd' },
      { op: 'remove', path: 'name.givenName' },
      { op: 'add', path: 'shoeSize', value: { eu: 42, password: 'x' } },
      { op: 'add', path: 'password', value: 'x' },
      { op: 'add', path: 'urn:x:2.0:User:password', value: 'x' },
      { op: 'remove', path: 'hatSize' },
      { op: 'replace', value: { old: 2, 'odd key': 3 } },
    ]);
    expect(changed).toBe(true);
    expect(after).toEqual({
      body: { userName: 'ann' },
      patched: {
        title: 'T',
        'emails[type eq "work"].display': 'd',
        'name.givenName': null,
        shoeSize: { eu: 42 },
        old: 2,
        'odd key': 3,
      },
    });
    expect(Object.keys(after.patched)).toEqual([
      'title',
      'emails[type eq "work"].display',
      'name.givenName',
      'shoeSize',
      'old',
      'odd key',
    ]);
  });

  test('an unknown attribute is news once', () => {
    const first = run([{ op: 'add', path: 'shoeSize', value: 42 }]);
    expect([first.changed, first.attributes, first.raw.patched]).toEqual([
      true,
      attributes,
      { old: 1, shoeSize: 42 },
    ]);
    expect(run([{ op: 'add', path: 'shoeSize', value: 42 }], first).changed).toBe(false);
    expect(run([{ op: 'add', path: 'shoeSize', value: 43 }], first).changed).toBe(true);
    expect(run([{ op: 'remove', path: 'shoeSize' }], first).changed).toBe(false);
  });

  test('the record of patches stays within its bound, the oldest entries going first', () => {
    const long = 'x'.repeat(limits.patchedCharactersMax / 4);
    const first = run(['a', 'b', 'c'].map((name) => ({ op: 'add', path: name, value: long })));
    const second = run(
      [
        { op: 'add', path: 'd', value: long },
        { op: 'add', path: 'title', value: 'T' },
      ],
      first,
    );
    expect([Object.keys(first.raw.patched), Object.keys(second.raw.patched)]).toEqual([
      ['old', 'a', 'b', 'c'],
      ['b', 'c', 'd', 'title'],
    ]);
    const tooLong = run([{ op: 'add', path: 'e', value: 'x'.repeat(limits.patchedCharactersMax) }]);
    expect([tooLong.changed, tooLong.raw]).toEqual([false, before.raw]);
  });

  test('refuses a resource that grows too large', () => {
    const text = 'x'.repeat(30_000);
    const value = Array.from({ length: 10 }, (_, index) => ({ value: `${index}${text}` }));
    expect(refusalOf(() => run([{ op: 'add', path: 'roles', value }]))).toBe(
      `too-large: The resource is larger than ${limits.resourceBytesMax} bytes.`,
    );
  });

  test('refuses a list that grows too long (T23)', () => {
    const add = (first: number) => ({
      op: 'add',
      path: 'roles',
      value: Array.from({ length: limits.valuesPerAttributeMax / 2 }, (_, index) => `${first + index}`),
    });
    expect(refusalOf(() => run([add(0), add(500)]))).toBe('accepted');
    expect(refusalOf(() => run([add(0), add(500), add(501)]))).toBe(
      `invalid-value: roles has more than ${limits.valuesPerAttributeMax} values.`,
    );
  });

  test('replacing single values agrees with the obvious model', () => {
    const names = ['title', 'nickName', 'displayName', 'locale'] as const;
    const steps = fc.array(
      fc.record({
        op: fc.constantFrom('add', 'replace', 'remove'),
        name: fc.constantFrom(...names),
        value: fc.constantFrom('', null, 'x', 'y'),
        isPathless: fc.boolean(),
      }),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const model = new Map<string, Json>(Object.entries(attributes));
        for (const { op, name, value } of all) {
          if (op === 'remove' || value === '' || value === null) model.delete(name);
          else model.set(name, value);
        }
        const operations = all.map(({ op, name, value, isPathless }) =>
          isPathless && op !== 'remove' ? { op, value: { [name]: value } } : { op, path: name, value },
        );
        expect(run(operations).attributes).toEqual(Object.fromEntries(model));
      }),
    );
  });
});
