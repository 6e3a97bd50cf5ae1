import { describe, expect, test } from '@jest/globals';
import { parsePath } from '../../../shared/scim/filter.ts';
import { attributeAt, isReserved, mainSchemaOf, schemas } from '../../../shared/scim/schema.ts';
import type { SchemaAttribute } from '../../../shared/scim/schemas/attribute.ts';
import type { ResourceKind } from '../../../shared/scim/scim-directory.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function summary(kind: ResourceKind, text: string): string {
  const location = attributeAt(kind, parsePath(text));
  switch (location?.kind) {
    case undefined:
      return 'nothing';
    case 'extension':
      return `extension ${location.urn}`;
    case 'custom':
      return `custom ${[location.urn, location.attribute, location.subAttribute].filter(Boolean).join(' ')}`;
    case 'attribute':
      return [location.extension, location.attribute.name, location.subAttribute?.name]
        .filter(Boolean)
        .join(' ');
  }
}

const named = (attributes: readonly SchemaAttribute[] | undefined, name: string) =>
  attributes?.find((of) => of.name === name);
const user = (name: string) => named(mainSchemaOf.User.attributes, name);

describe('attributeAt', () => {
  test.each<[ResourceKind, string, string]>([
    ['User', 'USERNAME', 'userName'],
    ['User', 'name.GivenName', 'name givenName'],
    ['User', `${core}:name.givenName`, 'name givenName'],
    ['User', `${enterprise.toUpperCase()}:MANAGER.value`, `${enterprise} manager value`],
    ['User', 'manager', `${enterprise} manager`],
    ['User', 'department', 'nothing'],
    ['User', `${core}:manager`, 'nothing'],
    ['User', enterprise.toLowerCase(), `extension ${enterprise}`],
    ['User', core, 'nothing'],
    ['User', 'schemas', 'schemas'],
    ['User', 'meta.lastModified', 'meta lastModified'],
    ['User', 'id', 'id'],
    ['User', 'groups.value', 'groups value'],
    ['User', 'members', 'nothing'],
    ['User', 'name.nothing', 'nothing'],
    ['User', 'userName.value', 'nothing'],
    ['User', 'constructor', 'nothing'],
    ['User', 'urn:example:a:b.c', 'custom urn:example:a b c'],
    ['User', 'urn:example:2.0:User', 'extension urn:example:2.0:User'],
    ['User', 'urn:ietf:params:scim:schemas:core:2.0:Group:displayName', 'nothing'],
    ['User', 'urn:ietf:params:scim:api:messages:2.0:PatchOp', 'nothing'],
    ['User', `${enterprise}:nothing`, 'nothing'],
    ['Group', 'members.value', 'members value'],
    ['Group', 'manager', 'nothing'],
    ['Group', 'externalId', 'externalId'],
    ['Group', `${enterprise}:department`, 'nothing'],
    ['Group', 'userName', 'nothing'],
  ])('of a %s finds at %s: %s', (kind, path, expected) => {
    expect(summary(kind, path)).toBe(expected);
  });

  test('reserves the URNs of the service and of the protocol', () => {
    expect(
      [core, enterprise.toUpperCase(), 'urn:ietf:params:scim:api:x', 'urn:example:x'].map(isReserved),
    ).toEqual([true, true, true, false]);
  });
});

describe('the schemas', () => {
  test('are listed with the meta-schemas last (P §4.8)', () => {
    expect(schemas.map(({ name }) => name)).toEqual([
      'User',
      'EnterpriseUser',
      'Group',
      'ServiceProviderConfig',
      'ResourceType',
      'Schema',
    ]);
  });

  test('name the types from which mappings are derived, and none for roles (E §10)', () => {
    const typesOf = (name: string) => named(user(name)?.subAttributes, 'type')?.canonicalValues;
    expect(
      Object.fromEntries(
        ['emails', 'phoneNumbers', 'addresses', 'ims', 'photos', 'roles', 'entitlements'].map((name) => [
          name,
          typesOf(name),
        ]),
      ),
    ).toEqual({
      emails: ['work', 'home', 'other'],
      phoneNumbers: ['work', 'home', 'mobile', 'fax', 'pager', 'other'],
      addresses: ['work', 'home', 'other'],
      ims: ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo'],
      photos: ['photo', 'thumbnail'],
      roles: undefined,
      entitlements: undefined,
    });
  });

  test('say how attributes behave (RFC 7643 §7)', () => {
    const { description: _, ...userName } = user('userName') ?? {};
    expect(userName).toEqual({
      name: 'userName',
      type: 'string',
      multiValued: false,
      required: true,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'server',
    });
    expect([
      user('password')?.returned,
      user('password')?.mutability,
      user('groups')?.mutability,
      user('externalId')?.caseExact,
    ]).toEqual(['never', 'writeOnly', 'readOnly', true]);
    expect(user('name')?.subAttributes?.map(({ name }) => name)).toEqual([
      'formatted',
      'familyName',
      'givenName',
      'middleName',
      'honorificPrefix',
      'honorificSuffix',
    ]);
    expect(
      mainSchemaOf.Group.attributes.map(({ name, required, multiValued }) => [name, required, multiValued]),
    ).toEqual([
      ['externalId', false, false],
      ['displayName', true, false],
      ['members', false, true],
    ]);
  });

  test('hold no nulls and every characteristic (E §10.2)', () => {
    const all = (attributes: readonly SchemaAttribute[]): readonly SchemaAttribute[] =>
      attributes.flatMap((of) => [of, ...all(of.subAttributes ?? [])]);
    for (const of of all(schemas.flatMap(({ attributes }) => attributes))) {
      expect(
        Object.values(of).filter((value) => value === null || value === undefined || value === ''),
      ).toEqual([]);
      expect(of.type === 'complex').toBe(of.subAttributes !== undefined);
      expect(of.type === 'reference').toBe(of.referenceTypes !== undefined);
    }
  });
});
