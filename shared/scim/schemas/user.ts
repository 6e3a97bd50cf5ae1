import { attribute, complex, list, type Schema, type SchemaAttribute } from './attribute.ts';

export const userSchemaId = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const enterpriseSchemaId = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** RFC 7643 §4.1. */
export const userSchema: Schema = {
  id: userSchemaId,
  name: 'User',
  description: 'User Account',
  attributes: [
    attribute('externalId', 'Identifier of the user at the client that provisions it', { caseExact: true }),
    attribute('userName', 'Unique name of the user, compared without case', {
      required: true,
      uniqueness: 'server',
    }),
    complex('name', 'The components of the name of the user', [
      attribute('formatted', 'The full name, formatted for display'),
      attribute('familyName', 'The family name, or last name'),
      attribute('givenName', 'The given name, or first name'),
      attribute('middleName', 'The middle names'),
      attribute('honorificPrefix', 'The honorific prefix, or title'),
      attribute('honorificSuffix', 'The honorific suffix'),
    ]),
    attribute('displayName', 'The name of the user, suitable for display'),
    attribute('nickName', 'The casual way to address the user'),
    attribute('profileUrl', 'Address of the online profile of the user', reference('external')),
    attribute('title', 'The title of the user, such as "Vice President"'),
    attribute('userType', 'The relation between the organization and the user'),
    attribute('preferredLanguage', 'The preferred language of the user, RFC 7231 §5.3.5'),
    attribute('locale', 'The default location of the user for localization, RFC 5646'),
    attribute('timezone', 'The time zone of the user, RFC 6557'),
    attribute('active', 'The administrative status of the user', { type: 'boolean' }),
    attribute('password', 'The password of the user, accepted and never kept', {
      mutability: 'writeOnly',
      returned: 'never',
      caseExact: true,
    }),
    list('emails', 'E-mail addresses of the user', typed('E-mail address', ['work', 'home', 'other'])),
    list(
      'phoneNumbers',
      'Phone numbers of the user',
      typed('Phone number', ['work', 'home', 'mobile', 'fax', 'pager', 'other']),
    ),
    list(
      'ims',
      'Instant messaging addresses of the user',
      typed('Instant messaging address', ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo']),
    ),
    list('photos', 'Photos of the user', [
      attribute('value', 'Address of a photo of the user', reference('external')),
      ...labels(['photo', 'thumbnail']),
    ]),
    list('addresses', 'Physical mailing addresses of the user', [
      attribute('formatted', 'The full mailing address, formatted for display'),
      attribute('streetAddress', 'The full street address'),
      attribute('locality', 'The city or locality'),
      attribute('region', 'The state or region'),
      attribute('postalCode', 'The zip code or postal code'),
      attribute('country', 'The country name'),
      ...labels(['work', 'home', 'other']).filter(({ name }) => name !== 'display'),
    ]),
    {
      ...list('groups', 'Groups to which the user belongs, directly or through nested groups', [
        attribute('value', 'The identifier of the group', { mutability: 'readOnly' }),
        attribute('$ref', 'Address of the group', { ...reference('Group'), mutability: 'readOnly' }),
        attribute('type', 'Whether the membership is direct', {
          mutability: 'readOnly',
          canonicalValues: ['direct', 'indirect'],
        }),
      ]),
      mutability: 'readOnly',
    },
    list('entitlements', 'Things the user has', typed('Entitlement')),
    list('roles', 'Roles that together say who the user is', typed('Role')),
    list('x509Certificates', 'Certificates issued to the user', [
      attribute('value', 'A certificate, base64', { type: 'binary', caseExact: true }),
      ...labels(),
    ]),
  ],
};

/** RFC 7643 §4.3. */
export const enterpriseSchema: Schema = {
  id: enterpriseSchemaId,
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    attribute('employeeNumber', 'Identifier assigned by the organization'),
    attribute('costCenter', 'Name of the cost center'),
    attribute('organization', 'Name of the organization'),
    attribute('division', 'Name of the division'),
    attribute('department', 'Name of the department'),
    complex('manager', 'The manager of the user', [
      attribute('value', 'The identifier of the user who is the manager'),
      attribute('$ref', 'Address of the user who is the manager', {
        ...reference('User'),
        mutability: 'readOnly',
      }),
      attribute('displayName', 'The display name of the manager', { mutability: 'readOnly' }),
    ]),
  ],
};

function reference(...referenceTypes: readonly string[]) {
  return { type: 'reference', referenceTypes } as const;
}

/** The sub-attributes of RFC 7643 §2.4. Without `types` any type is as good as another. */
function typed(what: string, types?: readonly string[]): readonly SchemaAttribute[] {
  return [attribute('value', what), ...labels(types)];
}

function labels(types?: readonly string[]): readonly SchemaAttribute[] {
  return [
    attribute('display', 'A name to show'),
    attribute('type', 'What the value is for', types && { canonicalValues: types }),
    attribute('primary', 'Whether this is the preferred value; at most one is', { type: 'boolean' }),
  ];
}
