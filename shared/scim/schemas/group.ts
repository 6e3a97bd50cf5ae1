import { attribute, list, type Schema } from './attribute.ts';

export const groupSchemaId = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** RFC 7643 §4.2. */
export const groupSchema: Schema = {
  id: groupSchemaId,
  name: 'Group',
  description: 'Group',
  attributes: [
    attribute('externalId', 'Identifier of the group at the client that provisions it', { caseExact: true }),
    attribute('displayName', 'Unique name of the group, compared without case', {
      required: true,
      uniqueness: 'server',
    }),
    list('members', 'The direct members of the group', [
      attribute('value', 'Identifier of the member', { mutability: 'immutable' }),
      attribute('$ref', 'Address of the member', {
        type: 'reference',
        referenceTypes: ['User', 'Group'],
        mutability: 'immutable',
      }),
      attribute('type', 'What the member is', {
        mutability: 'immutable',
        canonicalValues: ['User', 'Group'],
      }),
    ]),
  ],
};
