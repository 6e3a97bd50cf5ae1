import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { foldedKey } from '../../../shared/model/folding.ts';
import type { JsonObject } from '../../../shared/model/json.ts';
import { parseFilter } from '../../../shared/scim/filter.ts';
import { compileFilter, matches, wantedByFilter } from '../../../shared/scim/filter-match.ts';
import type { Resource } from '../../../shared/scim/scim-directory.ts';
import { filters } from './support/filters.ts';
import { naiveMatches } from './support/naive-filter.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const badge = 'urn:example:Badge:2.0:User';

const user = (attributes: JsonObject): Resource => ({
  kind: 'User',
  id: '0190a0b0-0000-7000-8000-000000000001',
  version: 'W/"3"',
  created: '2026-01-01T00:00:00.000Z',
  lastModified: '2026-06-01T12:00:00.000Z',
  attributes,
});

const ann = user({
  userName: 'Ann@Example.com',
  externalId: 'AbC',
  title: 'Straße',
  active: true,
  name: { givenName: 'Ann' },
  emails: [
    { type: 'work', value: 'ann@example.com', primary: true },
    { type: 'home', value: 'ann@home.example' },
  ],
  x509Certificates: [{ value: 'AAAA' }],
  [enterprise]: { department: 'Sales', manager: { value: 'M-1' } },
  [badge]: { colour: 'Red', level: 7, lost: false, tags: ['a', 'b'], owner: { name: 'O', value: 'own' } },
  groups: [{ value: 'g1', type: 'direct' }],
});

describe('matches', () => {
  test.each([
    'userName eq "ann@example.COM"',
    'username Eq "Ann@Example.com"',
    'userName co "@EX"',
    'userName sw "ANN"',
    'userName ew ".COM"',
    'userName gt "anm"',
    'userName ge "ann@example.com"',
    'userName lt "anz"',
    'userName le "ann@example.com"',
    'userName ne "bob"',
    'externalId eq "AbC"',
    'externalId ne "abc"',
    'title eq "STRASSE"',
    'title co "ass"',
    'active eq true',
    'active eq "True"',
    'active eq " tRUE "',
    'active ne false',
    'active pr',
    'not (active eq false)',
    'name.givenName eq "ann"',
    'name pr',
    'name ne "Ann"',
    'emails eq "ANN@home.example"',
    'emails.value eq "ann@home.example"',
    'emails.type eq "work"',
    'emails[type eq "WORK"].value eq "ann@example.com"',
    'emails[type eq "work"] eq "ann@example.com"',
    'emails[type eq "work" and value co "@example"]',
    'emails[primary eq "True"].value sw "ann"',
    'emails[type eq "home" and not (primary pr)]',
    'emails[type eq "work" or type eq "fax"].value pr',
    'emails ne "other"',
    'emails.primary eq true',
    'manager eq "m-1"',
    'manager.value eq "M-1"',
    `${enterprise}:manager eq "M-1"`,
    `${enterprise}:department eq "sales"`,
    `${enterprise} pr`,
    `${enterprise}:manager[value eq "M-1"]`,
    'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ann"',
    `${badge}:colour eq "RED"`,
    `${badge}:level gt 6`,
    `${badge}:level eq 7`,
    `${badge}:lost eq "False"`,
    `${badge}:lost eq false`,
    `${badge}:tags eq "B"`,
    `${badge}:owner.name eq "o"`,
    `${badge}:owner eq "own"`,
    `${badge.toUpperCase()}:COLOUR co "e"`,
    `${badge}:tags pr`,
    `${badge} pr`,
    `${badge}:owner[name eq "o"]`,
    `${badge}:level le 7 and ${badge}:level lt 8 and ${badge}:level ge 7`,
    'id eq "0190A0B0-0000-7000-8000-000000000001"',
    'meta.created eq "2026-01-01T01:00:00+01:00"',
    'meta.lastModified gt "2026-05-31"',
    'meta.created le "2026-01-01T00:00:00Z"',
    'meta.created sw "2026"',
    'meta.resourceType eq "User"',
    'meta.version eq "W/\\"3\\""',
    'meta pr',
    `schemas eq "${badge}"`,
    'schemas eq "urn:ietf:params:scim:schemas:core:2.0:User"',
    'groups eq "g1"',
    'groups.type eq "direct"',
    'nothing ne "x"',
    'not (nothing pr)',
    'nothing eq null',
    'nickName eq null',
    'title ne null',
    'externalId sw "Ab"',
    'userName pr and (active eq false or title pr)',
    'not (password eq "x")',
    'x509Certificates eq "AAAA"',
    'userName co ""',
    'title eq "straße"',
    'nickName ne "x"',
  ])('is true of %s (RFC 7644 §3.4.2.2)', (text) => {
    expect(matches(parseFilter(text), 'User', ann)).toBe(true);
  });

  test.each([
    'userName eq "bob"',
    'userName ne "ANN@example.com"',
    'userName co "xyz"',
    'userName sw "example"',
    'userName ew "ann"',
    'userName gt "ann@example.com"',
    'userName lt "ann@example.com"',
    'externalId eq "abc"',
    'externalId co "bc"',
    'active eq false',
    'active ne "true"',
    'active co "t"',
    'active eq "yes"',
    'active eq 1',
    'name eq "Ann"',
    'name.nothing pr',
    'name.formatted pr',
    'emails eq "ann@x"',
    'emails ne "ann@home.example"',
    'emails[type eq "home"].value eq "ann@example.com"',
    'emails[type eq "home" and primary eq true]',
    'emails[nothing eq "x"]',
    'emails[type eq "fax"] pr',
    'title[value eq "x"]',
    'emails.nothing pr',
    'addresses pr',
    'addresses eq "x"',
    'manager eq "other"',
    `${enterprise}:nothing pr`,
    `${badge}:colour eq "blue"`,
    `${badge}:level eq "7"`,
    `${badge}:level gt 7`,
    `${badge}:level co "7"`,
    `${badge}:nothing pr`,
    `${badge}:owner.nothing pr`,
    `${badge} eq "x"`,
    'urn:example:other:a pr',
    'urn:example:other:2.0 pr',
    'meta.created gt "2026-01-01T00:00:00Z"',
    'meta.created eq "yesterday"',
    'meta.created lt "soon"',
    'meta.created eq true',
    'meta.created sw "2025"',
    'meta eq "x"',
    'meta.location pr',
    'schemas eq "urn:example"',
    'nothing eq "x"',
    'nothing pr',
    'nothing ne null',
    'title eq null',
    'title gt null',
    'title co null',
    'password pr',
    'password eq "x"',
    'password ne "x"',
    'password sw ""',
    'password eq null',
    'not (userName pr)',
    'active eq false and title pr',
    'members eq "x"',
    'constructor pr',
    'toString pr',
    'name.constructor pr',
    `${badge}:constructor pr`,
    `${badge}:toString pr`,
    'userName eq true',
    'emails[urn:a:type eq "work"]',
    'emails[type.x eq "work"]',
    `${badge}:owner[a.b pr]`,
    `urn:ietf:params:scim:schemas:core:2.0:Group:displayName pr`,
    'userName eq "Ann@Example.co"',
    'userName co " ann"',
  ])('is false of %s (RFC 7644 §3.4.2.2)', (text) => {
    expect(matches(parseFilter(text), 'User', ann)).toBe(false);
  });

  test('compares members and names of groups', () => {
    const group: Resource = {
      ...ann,
      kind: 'Group',
      attributes: { displayName: 'R&D', members: [{ value: 'u1', type: 'User' }] },
    };
    const found = [
      'members eq "U1"',
      'members[value eq "u1" and type eq "User"]',
      'displayName eq "r&d"',
      'members.type eq "Group"',
      'manager pr',
      'userName pr',
    ].map((text) => matches(parseFilter(text), 'Group', group));
    expect(found).toEqual([true, true, true, false, false, false]);
  });

  test.each([
    'active gt true',
    'emails.primary le false',
    'x509Certificates ge "A"',
    'emails[primary lt true]',
    'x509Certificates.value gt "A"',
  ])('refuses an order of what has none: %s (RFC 7644 §3.4.2.2)', (text) => {
    expect(() => compileFilter('User', parseFilter(text))).toThrow(
      expect.objectContaining({
        code: 'invalid-filter',
        message: expect.stringContaining('does not apply to'),
      }),
    );
  });

  test('agrees with a naive evaluation of any filter', () => {
    const people = [
      ann,
      user({ userName: 'bob', roles: [{ value: 'work', primary: false }], title: 'a' }),
      user({ userName: 'a', [badge]: { value: 'x' } }),
    ];
    fc.assert(
      fc.property(filters, fc.constantFrom(...people), (filter, resource) => {
        let compiled: unknown;
        try {
          compiled = compileFilter('User', filter)(resource);
        } catch (refusal) {
          compiled = (refusal as { code: string }).code;
        }
        fc.pre(compiled !== 'invalid-filter');
        expect(compiled).toBe(naiveMatches(filter, resource, foldedKey));
      }),
      { numRuns: 400 },
    );
  });
});

describe('wantedByFilter', () => {
  test.each([
    ['Group', 'displayName eq "x"', { members: false, groups: false }],
    ['Group', 'displayName eq "x" and not (members.type eq "Group")', { members: true, groups: false }],
    ['Group', 'members[value eq "x"] or displayName pr', { members: true, groups: false }],
    ['User', 'userName pr and groups eq "g"', { members: false, groups: true }],
    ['User', 'members pr or urn:example:a:groups pr', { members: false, groups: false }],
  ] as const)('of a %s: %s', (kind, text, expected) => {
    expect(wantedByFilter(kind, parseFilter(text))).toEqual(expected);
  });
});
