import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { limits } from '../../../shared/model/limits.ts';
import { type Filter, parseFilter, parsePath } from '../../../shared/scim/filter.ts';
import { renderFilter, renderPath } from '../../../shared/scim/filter-text.ts';
import { filters, paths } from './support/filters.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function attempt<T>(read: () => T): unknown {
  try {
    return read();
  } catch (refusal) {
    const { code, message } = refusal as { code: string; message: string };
    return `${code}: ${message}`;
  }
}

const eq = (attribute: string, value: string | number | boolean | null): Filter => ({
  kind: 'compare',
  path: { attribute },
  operator: 'eq',
  value,
});

describe('parseFilter', () => {
  test('reads back what renderFilter writes, to an equal tree', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(parseFilter(renderFilter(filter))).toEqual(filter);
      }),
    );
  });

  test('lets and bind closer than or, and reads both from the left (RFC 7644 §3.4.2.2)', () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(
      (name): Filter => ({ kind: 'present', path: { attribute: name } }),
    );
    if (!a || !b || !c || !d) throw new Error('four filters are expected');
    const and = (left: Filter, right: Filter): Filter => ({ kind: 'and', left, right });
    const or = (left: Filter, right: Filter): Filter => ({ kind: 'or', left, right });
    expect(parseFilter('a pr or b pr and c pr or d pr')).toEqual(or(or(a, and(b, c)), d));
    expect(parseFilter('(a PR OR b pr)AND(c pr)')).toEqual(and(or(a, b), c));
    expect(parseFilter('not (a pr) and Not(b pr)')).toEqual(
      and({ kind: 'not', filter: a }, { kind: 'not', filter: b }),
    );
    expect(parseFilter('a pr and b pr and c pr')).toEqual(and(and(a, b), c));
  });

  test.each<[string, Filter]>([
    ['userName Eq "bjensen"', eq('userName', 'bjensen')],
    ['  userName   eq\t"a b"  ', eq('userName', 'a b')],
    ['title eq "a\\"b\\\\c\\u0041\\n"', eq('title', 'a"b\\cA\n')],
    ['active eq TRUE', eq('active', true)],
    ['active eq False', eq('active', false)],
    ['active eq "True"', eq('active', 'True')],
    ['x eq null', eq('x', null)],
    ['x eq -1.5e3', eq('x', '-1.5e3')],
    ['x eq 12', eq('x', 12)],
    ['x eq 007', eq('x', '007')],
    ['x eq 123456789012345678901', eq('x', '123456789012345678901')],
    ['not eq "x"', eq('not', 'x')],
    ['externalId eq jyoung', eq('externalId', 'jyoung')],
    ['id eq 54D382A4-2050-4C03', eq('id', '54D382A4-2050-4C03')],
    ['(externalId eq jyoung)', eq('externalId', 'jyoung')],
    ['title eq ""', eq('title', '')],
    ['displayName eq "R&D "core""', eq('displayName', 'R&D "core"')],
    ['displayName eq "a \\x b"', eq('displayName', 'a \\x b')],
    ['title eq "the \\q of "all" "', eq('title', 'the \\q of "all" ')],
    ['userName eq "CORP\\bob"', eq('userName', 'CORP\\bob')],
    ['userName eq "CORP\\\\nick\\"s"', eq('userName', 'CORP\\nick"s')],
    ['ID eq "A\\rB\\t\\n\\f"', eq('ID', 'A\\rB\\t\\n\\f')],
  ])('reads %s', (text, expected) => {
    expect(parseFilter(text)).toEqual(expected);
  });

  test('reads value paths, also with what Entra puts behind the bracket', () => {
    const path = { attribute: 'emails', valueFilter: eq('type', 'work') };
    expect(parseFilter('emails[type eq "work"]')).toEqual({
      kind: 'value-path',
      path: { attribute: 'emails' },
      filter: eq('type', 'work'),
    });
    expect(parseFilter('emails[ type eq "work" ].value eq "x"')).toEqual({
      kind: 'compare',
      path: { ...path, subAttribute: 'value' },
      operator: 'eq',
      value: 'x',
    });
    expect(parseFilter('emails[type eq work] co "x"')).toEqual({
      kind: 'compare',
      path,
      operator: 'co',
      value: 'x',
    });
    expect(parseFilter('emails[type eq "work"].value pr')).toEqual({
      kind: 'present',
      path: { ...path, subAttribute: 'value' },
    });
  });

  test('reads URNs (RFC 7644 §3.10)', () => {
    expect(parseFilter(`${enterprise}:manager.value eq "x"`)).toEqual({
      kind: 'compare',
      path: { schema: enterprise, attribute: 'manager', subAttribute: 'value' },
      operator: 'eq',
      value: 'x',
    });
  });

  test.each([
    '',
    ' ',
    'userName',
    'userName eq',
    'userName is "x"',
    'eq "x"',
    '"x" eq userName',
    'userName eq "x" and',
    'userName eq "x" or or',
    '(userName pr',
    'userName pr)',
    'not userName pr',
    'emails[type eq "work"',
    'emails[]',
    'emails[a[b pr]]',
    "userName eq 'x'",
    'userName eq "x"y',
    'userName eq x"y"',
    'userName eq "x" xor userName eq "y"',
    'userName eq "x\\q" or userName pr "',
    'a.b.c eq "x"',
    '.a pr',
    '1a pr',
    '__proto__ pr',
    'a..b pr',
    'emails[type eq "work"].value',
    'emails.type[value pr]',
    'userName eq "x',
    'userName eq "',
    'emails[type eq "a"b"].value eq "x"',
    'title co "a"b"',
    'userName eq (x)',
    'not pr pr',
    'userName pr userName pr',
    '() pr',
    '!! eq "a\\q"',
    `${enterprise}[a pr]`,
  ])('refuses %j and never takes it for less', (text) => {
    expect(attempt(() => parseFilter(text))).toMatch(/^invalid-filter: The filter /);
  });

  test('tells what is wrong with at most 100 characters of the filter (T23)', () => {
    expect(attempt(() => parseFilter('userName is "x"'))).toBe(
      'invalid-filter: The filter lacks an operator: userName is "x"',
    );
    const long = attempt(() => parseFilter(`userName is "${'x'.repeat(5000)}"`));
    expect(String(long).length).toBeLessThan(160);
  });

  test('refuses what is too long, too deep or has too many terms (T23)', () => {
    const { filterCharactersMax, filterDepthMax, filterTermsMax } = limits;
    const nested = (depth: number) => `${'('.repeat(depth)}a pr${')'.repeat(depth)}`;
    const negated = (depth: number) => `${'not('.repeat(depth)}a pr${')'.repeat(depth)}`;
    const terms = (count: number) => Array.from({ length: count }, () => 'a pr').join(' or ');
    const padded = (length: number) => 'a pr'.padEnd(length);
    const outcomes = [nested, negated].flatMap((make) =>
      [filterDepthMax, filterDepthMax + 1].map((depth) =>
        attempt(() => renderFilter(parseFilter(make(depth))).length),
      ),
    );
    expect(outcomes).toEqual([
      4,
      expect.stringContaining(`is nested deeper than ${filterDepthMax} levels`),
      4 + 6 * filterDepthMax,
      expect.stringContaining(`is nested deeper than ${filterDepthMax} levels`),
    ]);
    expect(attempt(() => parseFilter(terms(filterTermsMax)))).toHaveProperty('kind', 'or');
    expect(attempt(() => parseFilter(terms(filterTermsMax + 1)))).toContain(
      `has more than ${filterTermsMax} terms`,
    );
    expect(attempt(() => parseFilter(padded(filterCharactersMax)))).toHaveProperty('kind', 'present');
    for (const text of [padded(filterCharactersMax + 1), '('.repeat(10_000), 'not ('.repeat(100_000)]) {
      expect(attempt(() => parseFilter(text))).toContain(`is longer than ${filterCharactersMax} characters`);
    }
    // Depth is what is open at once, not how often something was opened.
    expect(parseFilter(Array.from({ length: 100 }, () => '(a pr)').join(' and '))).toHaveProperty(
      'kind',
      'and',
    );
  });

  test('takes no second reading of a filter beyond its bounds', () => {
    const text = `a eq "${'"'.repeat(3)} ${'('.repeat(8150)}"`;
    expect(attempt(() => parseFilter(text))).toHaveProperty('kind', 'compare');
    const deep = `${'('.repeat(100)}a eq "b"`;
    expect(attempt(() => parseFilter(deep))).toContain('nested deeper');
  });
});

describe('parsePath', () => {
  test('reads back what renderPath writes', () => {
    fc.assert(
      fc.property(paths, (path) => {
        expect(parsePath(renderPath(path))).toEqual(path);
      }),
    );
  });

  test.each([
    ['members', { attribute: 'members' }],
    ['name.givenName', { attribute: 'name', subAttribute: 'givenName' }],
    ['manager.$ref', { attribute: 'manager', subAttribute: '$ref' }],
    [enterprise, { schema: enterprise, attribute: '' }],
    [
      'urn:ietf:params:scim:schemas:core:2.0:group',
      { schema: 'urn:ietf:params:scim:schemas:core:2.0:group', attribute: '' },
    ],
    ['URN:example:2.0', { schema: 'URN:example:2.0', attribute: '' }],
    ['urn:example:badge.colour', { schema: 'urn:example', attribute: 'badge', subAttribute: 'colour' }],
    [
      'urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value',
      {
        schema: 'urn:ietf:params:scim:schemas:core:2.0:User',
        attribute: 'emails',
        valueFilter: eq('type', 'work'),
        subAttribute: 'value',
      },
    ],
  ])('reads %s', (text, expected) => {
    expect(parsePath(text)).toEqual(expected);
  });

  test.each([
    '',
    'a b',
    'members[]',
    'members[value eq "x"',
    "members[value eq 'x']",
    'members[value eq x]',
    'members[value]',
    'members[value eq "x"]value',
    'members[value eq "x"].',
    '__proto__.x',
    'a.b.c',
    'a.',
    '.a',
    '"a"',
    'members[value eq "x"]]',
  ])('refuses %j', (text) => {
    expect(attempt(() => parsePath(text))).toMatch(/^invalid-path: The path /);
  });

  test('reads any number between brackets, where there are no bare words', () => {
    expect(parsePath('a[b eq 1.50]')).toEqual({ attribute: 'a', valueFilter: eq('b', 1.5) });
  });
});
