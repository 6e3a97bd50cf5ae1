import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../shared/model/json.ts';
import { limits } from '../../../shared/model/limits.ts';
import { pageRequestOf, queryParameters, searchParameters, sortOf } from '../../../shared/scim/paging.ts';
import type { ListQuery, PageRequest, ResourceKind } from '../../../shared/scim/scim-directory.ts';
import { refusalOf } from '../scim/support/refusal-of.ts';

const parameters = (query: string) => queryParameters(new URLSearchParams(query));

test('names of parameters come in any case, and the first of each counts', () => {
  expect([...parameters('Filter=a&FILTER=b&startIndex=1&x=')]).toEqual([
    ['filter', 'a'],
    ['startindex', '1'],
    ['x', ''],
  ]);
});

describe('the page asked for (RFC 7644 §3.4.2.4, RFC 9865 §2)', () => {
  const { pageSizeDefault, pageSizeMax } = limits;
  const first = { kind: 'index', startIndex: 1, count: pageSizeDefault } as const;

  test.each<[string, PageRequest]>([
    ['', first],
    ['startIndex=&count=', first],
    ['startIndex=%201%20&count=%20%20', first],
    ['startIndex=0&count=-1', { ...first, count: 0 }],
    ['startIndex=-7&count=+5', { ...first, count: 5 }],
    ['startIndex=7&count=%2B5', { ...first, startIndex: 7, count: 5 }],
    [`count=${pageSizeMax + 1}`, { ...first, count: pageSizeMax }],
    ['startIndex=999999999999999', { ...first, startIndex: 999_999_999_999_999 }],
    ['count=9223372036854775807', { ...first, count: pageSizeMax }],
    ['count=-9223372036854775808', { ...first, count: 0 }],
    [`count=${'9'.repeat(30)}`, { ...first, count: pageSizeMax }],
    [`startIndex=${'9'.repeat(30)}`, { ...first, startIndex: Number.MAX_SAFE_INTEGER }],
    ['cursor=&count=9223372036854775807', { kind: 'cursor', count: pageSizeMax }],
    ['cursor', { kind: 'cursor', count: pageSizeDefault }],
    ['cursor=&startIndex=x&count=0', { kind: 'cursor', count: 0 }],
    ['cursor=abc&count=7', { kind: 'cursor', cursor: 'abc', count: 7 }],
  ])('%s', (query, page) => {
    expect(pageRequestOf(parameters(query))).toStrictEqual(page);
  });

  test.each([
    ['startIndex=one', 'invalid-value: startIndex is a whole number.'],
    ['startIndex=1x', 'invalid-value: startIndex is a whole number.'],
    ['count=1.5', 'invalid-value: count is a whole number.'],
    ['count=x1', 'invalid-value: count is a whole number.'],
    ['cursor=&count=ten', 'invalid-count: count is a whole number.'],
  ])('%s is refused', (query, refusal) => {
    expect(refusalOf(() => pageRequestOf(parameters(query)))).toBe(refusal);
  });
});

describe('the order asked for (RFC 7644 §3.4.2.3)', () => {
  const core = 'urn:ietf:params:scim:schemas:core:2.0';
  test.each<[ResourceKind, string, ListQuery['sort']]>([
    ['User', '', undefined],
    ['User', 'sortBy=&sortOrder=descending', undefined],
    ['User', 'sortOrder=descending', undefined],
    ['User', 'sortBy=USERNAME', { by: 'userName', descending: false }],
    ['User', 'sortBy=id&sortOrder=', { by: 'id', descending: false }],
    ['User', 'sortBy=meta.created&sortOrder=Ascending', { by: 'meta.created', descending: false }],
    ['User', `sortBy=${core}:User:userName&sortOrder=DESCENDING`, { by: 'userName', descending: true }],
    ['Group', `sortBy=${core}:group:displayName`, { by: 'displayName', descending: false }],
    ['Group', 'sortBy=id', { by: 'id', descending: false }],
    ['Group', 'sortBy=meta.created', { by: 'meta.created', descending: false }],
  ])('%s %s', (kind, query, sort) => {
    expect(sortOf(parameters(query), kind)).toStrictEqual(sort);
  });

  test.each<[ResourceKind, string, string]>([
    [
      'User',
      'sortBy=title',
      'invalid-path: Users are not sorted by title, but by userName, id, meta.created.',
    ],
    [
      'Group',
      `sortBy=${core}:User:userName`,
      `invalid-path: Groups are not sorted by ${core}:User:userName, but by displayName, id, meta.created.`,
    ],
    ['User', 'sortBy=id&sortOrder=up', 'invalid-value: sortOrder is ascending or descending.'],
  ])('%s %s is refused', (kind, query, refusal) => {
    expect(refusalOf(() => sortOf(parameters(query), kind))).toBe(refusal);
  });
});

describe('the body of a search (RFC 7644 §3.4.3)', () => {
  test('says what a query says', () => {
    const body = {
      schemas: { any: 'thing' },
      Attributes: ['userName', 'name.givenName'],
      excludedAttributes: [],
      filter: 'title pr',
      FILTER: 'the first counts',
      startIndex: 3,
      count: null,
    };
    expect([...searchParameters(body)]).toEqual([
      ['attributes', 'userName,name.givenName'],
      ['excludedattributes', ''],
      ['filter', 'title pr'],
      ['startindex', '3'],
    ]);
  });

  test.each<[Json, string]>([
    [[], 'invalid-syntax: A search request is a JSON object.'],
    ['x', 'invalid-syntax: A search request is a JSON object.'],
    [{ filter: true }, 'invalid-value: filter of a search request is text, a number or a list of texts.'],
    [{ filter: {} }, 'invalid-value: filter of a search request is text, a number or a list of texts.'],
    [
      { attributes: ['a', 1] },
      'invalid-value: attributes of a search request is text, a number or a list of texts.',
    ],
  ])('%j is refused', (body, refusal) => {
    expect(refusalOf(() => searchParameters(body))).toBe(refusal);
  });
});
