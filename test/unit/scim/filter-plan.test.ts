import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseFilter } from '../../../shared/scim/filter.ts';
import { compileFilter } from '../../../shared/scim/filter-match.ts';
import { allOf, planOf } from '../../../shared/scim/filter-plan.ts';
import { renderFilter } from '../../../shared/scim/filter-text.ts';
import type { Resource, ResourceKind } from '../../../shared/scim/scim-directory.ts';
import { filters } from './support/filters.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function plan(kind: ResourceKind, text: string) {
  const { lookups, residual } = planOf(kind, parseFilter(text));
  return {
    lookups: lookups.map(
      ({ by, key, exact, term }) => `${by} ${key}${exact ? '' : ' ?'} <- ${renderFilter(term)}`,
    ),
    residual: residual && renderFilter(residual),
  };
}

describe('planOf', () => {
  test.each<[ResourceKind, string, string]>([
    ['User', 'ID eq "AB"', 'id ab'],
    ['User', 'userName eq "Ann@X"', 'userName ann@x'],
    ['User', 'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "Straße"', 'userName strasse'],
    ['User', 'externalId eq "AbC"', 'externalId AbC'],
    ['User', 'externalId eq 12', 'externalId 12'],
    ['User', 'emails eq "A@b"', 'email a@b'],
    ['User', 'emails.value eq "A@b"', 'email a@b'],
    ['User', 'emails[type eq "work"].value eq "A@b"', 'email a@b ?'],
    ['User', 'emails[type eq "work"] eq "A@b"', 'email a@b ?'],
    ['User', 'emails[value eq "A@b"]', 'email a@b'],
    ['User', 'emails[type eq "work" and Value eq "A@b"]', 'email a@b ?'],
    ['User', 'manager eq "M"', 'manager m'],
    ['User', `${enterprise}:manager.value eq "M"`, 'manager m'],
    ['Group', 'displayName eq "R&D"', 'displayName r&d'],
    ['Group', 'externalId eq "X"', 'externalId X'],
    ['Group', 'members eq "U"', 'member u'],
    ['Group', 'members.value eq "U"', 'member u'],
    ['Group', 'members[value eq "U"]', 'member u'],
  ])('looks up %s: %s', (kind, text, expected) => {
    const term = renderFilter(parseFilter(text));
    expect(plan(kind, text)).toEqual({ lookups: [`${expected} <- ${term}`], residual: undefined });
  });

  test.each<[ResourceKind, string]>([
    ['User', 'userName ne "a"'],
    ['User', 'userName sw "a"'],
    ['User', 'userName eq true'],
    ['User', 'userName eq null'],
    ['User', 'displayName eq "x"'],
    ['User', 'userName eq "a" or id eq "b"'],
    ['User', 'not (id eq "b")'],
    ['User', 'id pr'],
    ['User', 'emails[value sw "x"]'],
    ['User', 'emails[value eq "x" or type pr]'],
    ['User', 'emails[value eq true]'],
    ['User', 'emails[type eq "x"]'],
    ['User', 'emails.type eq "x"'],
    ['User', 'roles[value eq "x"]'],
    ['User', 'members eq "x"'],
    ['User', 'nothing eq "x"'],
    ['User', 'meta.version eq "x"'],
    ['User', 'urn:example:a:userName eq "x"'],
    ['Group', 'manager eq "x"'],
    ['Group', 'userName eq "x"'],
    ['Group', 'members.type eq "User"'],
    ['User', 'emails[not (value eq "x")]'],
    ['User', 'emails[value pr]'],
  ])('leaves to a scan %s: %s', (kind, text) => {
    expect(plan(kind, text)).toEqual({ lookups: [], residual: renderFilter(parseFilter(text)) });
  });

  test('takes the most selective term first and leaves the rest (Entra reference checks)', () => {
    expect(plan('User', 'manager eq "M" and active eq true and id eq "U" and title pr')).toEqual({
      lookups: ['id u <- id eq "U"', 'manager m <- manager eq "M"'],
      residual: 'active eq true and title pr',
    });
    expect(
      plan('Group', 'members eq "u" and displayName eq "n" and (externalId eq "e" and id eq "g")').lookups,
    ).toEqual([
      'id g <- id eq "g"',
      'displayName n <- displayName eq "n"',
      'externalId e <- externalId eq "e"',
      'member u <- members eq "u"',
    ]);
    expect(
      plan('User', 'emails eq "e" and externalId eq "x" and userName eq "n"').lookups.map(
        (by) => by.split(' ')[0],
      ),
    ).toEqual(['userName', 'externalId', 'email']);
  });

  test('terms and residual together are the filter', () => {
    const resource: Resource = {
      kind: 'User',
      id: 'ann',
      version: '',
      created: '2026-01-01T00:00:00Z',
      lastModified: '2026-01-01T00:00:00Z',
      attributes: {
        userName: 'ann',
        title: 'work',
        active: true,
        externalId: 'a',
        emails: [{ value: 'ann', type: 'work' }],
      },
    };
    const outcome = (run: () => boolean) => {
      try {
        return run();
      } catch {
        return 'refused';
      }
    };
    fc.assert(
      fc.property(filters, filters, (left, right) => {
        const filter = { kind: 'and', left, right } as const;
        const { lookups, residual } = planOf('User', filter);
        const whole = allOf([...lookups.map(({ term }) => term), ...(residual ? [residual] : [])]);
        expect(whole && outcome(() => compileFilter('User', whole)(resource))).toEqual(
          outcome(() => compileFilter('User', filter)(resource)),
        );
      }),
    );
  });

  test('a conjunction of nothing is nothing', () => {
    expect(allOf([])).toBeUndefined();
  });
});
