import { expect, test } from '@jest/globals';
import { mergedFields, sameJson, toUserAttributes } from '../../../shared/sync/user-mapping.ts';

const id = '00000000-0000-4000-8000-000000000001';

test('the preset maps its thirteen pairs (XA-20)', () => {
  expect(
    toUserAttributes(id, {
      userPrincipalName: 'ann@rookery.example',
      mail: 'Ann.Ash@rookery.example',
      givenName: 'Ann',
      surname: 'Ash',
      displayName: 'Ann Ash',
      accountEnabled: false,
      jobTitle: 'Engineer',
      preferredLanguage: 'en-GB',
      mobilePhone: '+44 1',
      businessPhones: ['+44 2', '+44 3'],
      department: 'R&D',
    }),
  ).toEqual({
    externalId: id,
    userName: 'Ann.Ash@rookery.example',
    emails: [{ type: 'work', value: 'Ann.Ash@rookery.example', primary: true }],
    name: { givenName: 'Ann', familyName: 'Ash' },
    displayName: 'Ann Ash',
    active: false,
    title: 'Engineer',
    preferredLanguage: 'en-GB',
    phoneNumbers: [
      { type: 'mobile', value: '+44 1' },
      { type: 'work', value: '+44 2' },
    ],
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'R&D' },
  });
});

test('without mail the sign-in name is user name and e-mail (XA-21)', () => {
  expect(toUserAttributes(id, { userPrincipalName: 'ann@rookery.example' })).toEqual({
    externalId: id,
    userName: 'ann@rookery.example',
    emails: [{ type: 'work', value: 'ann@rookery.example', primary: true }],
    active: true,
  });
});

test.each([
  [{ otherMails: ['ann@partner.example'] }, 'ann@partner.example'],
  [{}, undefined],
])("a guest's sign-in name never becomes an e-mail (XA-21)", (fields, address) => {
  const attributes = toUserAttributes(id, {
    userPrincipalName: 'ann_partner.example#EXT#@rookery.onmicrosoft.com',
    ...fields,
  });
  expect(attributes['emails']).toEqual(
    address === undefined ? undefined : [{ type: 'work', value: address, primary: true }],
  );
});

test('absent keeps, null clears, a value replaces (graph.md §1.1)', () => {
  expect(mergedFields({ a: 1, b: 2, c: 3 }, { b: null, c: 4 })).toEqual({ a: 1, c: 4 });
});

test('the order of names does not matter to equality, that of items does', () => {
  expect(sameJson({ a: [1, { b: 2 }], c: 3 }, { c: 3, a: [1, { b: 2 }] })).toBe(true);
  expect(sameJson({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
  expect(sameJson({ a: 1 }, { a: 1, b: 2 })).toBe(false);
});
