import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../shared/model/json.ts';
import { type AttributePath, type Filter, parseFilter, parsePath } from '../../../shared/scim/filter.ts';
import { matches } from '../../../shared/scim/filter-match.ts';
import { renderFilter, renderPath } from '../../../shared/scim/filter-text.ts';
import { refusalOf } from './support/refusal-of.ts';

const badge = 'urn:example:2.0:Badge';

describe('a filter on values of any kind (RFC 7644 §3.4.2.2)', () => {
  const attributes: JsonObject = {
    userName: 'ann',
    title: '',
    displayName: 'b',
    active: false,
    emails: [7, { type: 'work', value: 'w@x' }],
    [badge]: {
      Level: 1,
      level: 7,
      flag: true,
      empty: {},
      blank: '',
      none: null,
      nested: [[5]],
      owner: { name: 'O' },
    },
  };
  const facts = { id: '1', version: 'W/"1"', lastModified: '2026-06-01T12:00:00.000Z' };
  const subject = { kind: 'User', ...facts, created: '2026-01-01T00:00:00.000Z', attributes } as const;

  test.each([
    [`${badge}:owner pr`, true],
    [`${badge}:flag pr`, true],
    ['title pr', false],
    [`${badge}:empty pr`, false],
    [`${badge}:blank pr`, false],
    [`${badge}:none pr`, false],
    ['title eq null', true],
    ['title ne null', false],
    ['displayName eq null', false],
    ['displayName ne null', true],
    ['displayName gt null', false],
    ['active eq "False"', true],
    ['active eq "no"', false],
    ['active co "False"', false],
    ['displayName le "b"', true],
    ['displayName le "a"', false],
    ['emails co "7"', false],
    ['emails eq "7"', false],
    ['emails ew "X"', true],
    ['meta.created gt "2025"', false],
    ['meta.created gt "2025-01-01"', true],
    [`${badge}:level eq 7`, true],
    [`${badge}:LEVEL gt 0`, true],
    [`${badge}:level gt 5`, true],
    [`${badge}:level gt "5"`, false],
    [`${badge}:level co 7`, false],
    [`${badge}:nested gt 1`, false],
    [`${badge}:flag eq "True"`, true],
    [`${badge}:owner.name eq "o"`, true],
    [`${badge}:owner[name eq "o"]`, true],
    [`${badge}:owner[name.x eq "o"]`, false],
    [`${badge}:owner[urn:x:name eq "o"]`, false],
    ['emails[type eq "work"]', true],
    ['emails[type.x eq "work"]', false],
    ['emails[urn:x:type eq "work"]', false],
  ])('%s: %s', (text, expected) => {
    expect(matches(parseFilter(text), 'User', subject)).toBe(expected);
  });
});

describe('a filter as text', () => {
  test.each<[string, unknown]>([
    ['a pr and b pr and c pr', 'a pr and b pr and c pr'],
    ['a pr or b pr or c pr', 'a pr or b pr or c pr'],
    ['a pr and b pr or c pr and d pr', 'a pr and b pr or c pr and d pr'],
    ['a pr and (b pr and c pr)', 'a pr and (b pr and c pr)'],
    ['a pr or (b pr or c pr)', 'a pr or (b pr or c pr)'],
    ['(a pr or b pr) and (c pr or d pr)', '(a pr or b pr) and (c pr or d pr)'],
    ['(a pr)  and  not  ( b pr )', 'a pr and not (b pr)'],
  ])('%s has no parentheses too many', (text, expected) => {
    expect(renderFilter(parseFilter(text))).toBe(expected);
  });

  test.each<[string, AttributePath]>([
    ['  userName', { attribute: 'userName' }],
    ['urn:example:superuser', { schema: 'urn:example', attribute: 'superuser' }],
    ['urn:example:2.0:User', { schema: 'urn:example:2.0:User', attribute: '' }],
    ['urn:example:2.0:Badge:a.b', { schema: badge, attribute: 'a', subAttribute: 'b' }],
    [
      'emails[value pr]',
      { attribute: 'emails', valueFilter: { kind: 'present', path: { attribute: 'value' } } },
    ],
  ])('the path %s', (text, path) => {
    expect(parsePath(text)).toStrictEqual(path);
    expect(renderPath(path)).toBe(text.trim());
  });

  const eq = (path: AttributePath, value: string): Filter => ({
    kind: 'compare',
    path,
    operator: 'eq',
    value,
  });

  test.each<[string, Filter]>([
    ['displayName   eq \t "a "b""', eq({ attribute: 'displayName' }, 'a "b"')],
    ['displayName.x eq "a\\nb"', eq({ attribute: 'displayName', subAttribute: 'x' }, 'a\nb')],
    ["id eq x'", eq({ attribute: 'id' }, "x'")],
  ])('%s is read', (text, filter) => {
    expect(parseFilter(text)).toStrictEqual(filter);
  });

  test.each([
    ['xurn:a:b pr', 'lacks an attribute name'],
    ['title eq "a"b', 'has a value that does not end'],
    ['title pr and title eq "a\\q"', 'has a text that is not escaped as in JSON'],
    ["title eq 'a b", 'lacks a value in quotes'],
    ['title pr x', 'cannot be read'],
    ['(title pr', 'lacks a )'],
    ['emails[value pr', 'lacks a ]'],
    ['emails[type[value pr]]', 'has brackets within brackets'],
    ['title', 'lacks an operator'],
  ])('%s is refused with its reason', (text, reason) => {
    expect(refusalOf(() => parseFilter(text))).toBe(`invalid-filter: The filter ${reason}: ${text}`);
  });

  test('brackets follow a whole attribute', () => {
    const path = 'emails.value[type eq "x"]';
    expect(refusalOf(() => parsePath(path))).toBe(`invalid-path: The path cannot be read: ${path}`);
  });
});
