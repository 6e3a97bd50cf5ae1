const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** The body that Entra posts for a person, with the default mapping of a non-gallery application. */
export const userBody = (index: number) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
  userName: userName(index),
  externalId: `external-${index}`,
  active: true,
  displayName: `Given${index} Family${index}`,
  name: {
    formatted: `Given${index} Family${index}`,
    givenName: `Given${index}`,
    familyName: `Family${index}`,
  },
  title: 'Engineer',
  emails: [{ primary: true, type: 'work', value: userName(index) }],
  phoneNumbers: [{ type: 'work', value: `+1 555 ${String(index).padStart(7, '0')}` }],
  addresses: [{ type: 'work', locality: 'Springfield', country: 'US', postalCode: '12345' }],
  [enterprise]: { department: `Department ${index % 50}`, employeeNumber: String(100_000 + index) },
});

export const userName = (index: number) => `user${index}@contoso.example`;

export const groupBody = (index: number) => ({ displayName: `Group ${index}`, externalId: `group-${index}` });
