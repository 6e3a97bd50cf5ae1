import { attribute, complex, list, readOnly, type Schema, type SchemaAttribute } from './attribute.ts';

const flag = (name: string, description: string) =>
  attribute(name, description, { type: 'boolean', required: true });
const whole = (name: string, description: string) =>
  attribute(name, description, { type: 'integer', required: true });
const uri = (name: string, description: string, required = false) =>
  attribute(name, description, {
    type: 'reference',
    referenceTypes: ['uri'],
    caseExact: true,
    required,
  });
const needed = (of: SchemaAttribute): SchemaAttribute => ({ ...of, required: true });
const supported = flag('supported', 'Whether the operation is supported');

/** RFC 7643 §5 and RFC 9865 §4. */
const serviceProviderConfig: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig',
  name: 'ServiceProviderConfig',
  description: 'What the service provider can do',
  attributes: [
    attribute('documentationUri', 'Address of documentation for people', {
      type: 'reference',
      referenceTypes: ['external'],
    }),
    needed(complex('patch', 'PATCH', [supported])),
    needed(
      complex('bulk', 'Bulk requests', [
        supported,
        whole('maxOperations', 'Largest number of operations'),
        whole('maxPayloadSize', 'Largest body in bytes'),
      ]),
    ),
    needed(
      complex('filter', 'Filters', [
        supported,
        whole('maxResults', 'Largest number of resources in an answer'),
      ]),
    ),
    needed(complex('changePassword', 'Changing a password', [supported])),
    needed(complex('sort', 'Sorting', [supported])),
    needed(complex('etag', 'Entity tags', [supported])),
    complex('pagination', 'Paging', [
      flag('cursor', 'Whether paging by cursor is supported'),
      flag('index', 'Whether paging by index is supported'),
      attribute('defaultPaginationMethod', 'What is used when a request says nothing', {
        canonicalValues: ['cursor', 'index'],
      }),
      { ...whole('defaultPageSize', 'Page size when a request says nothing'), required: false },
      { ...whole('maxPageSize', 'Largest page size'), required: false },
      { ...whole('cursorTimeout', 'Seconds for which a cursor lives'), required: false },
    ]),
    needed(
      list('authenticationSchemes', 'How callers authenticate', [
        attribute('type', 'The kind of scheme', {
          required: true,
          canonicalValues: ['oauth', 'oauth2', 'oauthbearertoken', 'httpbasic', 'httpdigest'],
        }),
        attribute('name', 'The name of the scheme', { required: true }),
        attribute('description', 'What the scheme is', { required: true }),
        attribute('specUri', 'Address of the specification', {
          type: 'reference',
          referenceTypes: ['external'],
        }),
        attribute('documentationUri', 'Address of documentation for people', {
          type: 'reference',
          referenceTypes: ['external'],
        }),
        attribute('primary', 'Whether this is the preferred scheme', { type: 'boolean' }),
      ]),
    ),
  ].map(readOnly),
};

/** RFC 7643 §6. */
const resourceType: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:ResourceType',
  name: 'ResourceType',
  description: 'A type of resource',
  attributes: [
    attribute('name', 'The name of the type', { required: true }),
    attribute('description', 'What the type is'),
    uri('endpoint', 'Its path below the base URL', true),
    uri('schema', 'The URN of its main schema', true),
    list('schemaExtensions', 'The extensions of its schema', [
      uri('schema', 'The URN of the extension', true),
      flag('required', 'Whether each resource has the extension'),
    ]),
  ].map(readOnly),
};

const characteristics: readonly SchemaAttribute[] = [
  attribute('name', 'The name of the attribute', { required: true, caseExact: true }),
  attribute('type', 'The type of the value', {
    required: true,
    canonicalValues: [
      'string',
      'boolean',
      'decimal',
      'integer',
      'dateTime',
      'binary',
      'reference',
      'complex',
    ],
  }),
  flag('multiValued', 'Whether there can be several values'),
  attribute('description', 'What the attribute is', { caseExact: true }),
  { ...flag('required', 'Whether the attribute is required'), required: false },
  attribute('canonicalValues', 'Values that are suggested', { multiValued: true, caseExact: true }),
  { ...flag('caseExact', 'Whether text is compared with case'), required: false },
  attribute('mutability', 'Whether and how the attribute can be changed', {
    caseExact: true,
    canonicalValues: ['readOnly', 'readWrite', 'immutable', 'writeOnly'],
  }),
  attribute('returned', 'When the attribute is returned', {
    caseExact: true,
    canonicalValues: ['always', 'never', 'default', 'request'],
  }),
  attribute('uniqueness', 'Among what the value is unique', {
    caseExact: true,
    canonicalValues: ['none', 'server', 'global'],
  }),
  attribute('referenceTypes', 'What a reference may point to', { multiValued: true, caseExact: true }),
];

/** RFC 7643 §7. */
const schema: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Schema',
  name: 'Schema',
  description: 'A schema',
  attributes: [
    attribute('name', 'The name of the schema', { required: true }),
    attribute('description', 'What the schema is'),
    needed(
      list('attributes', 'The attributes of the schema', [
        ...characteristics,
        list('subAttributes', 'The attributes of a complex attribute', characteristics),
      ]),
    ),
  ].map(readOnly),
};

export const metaSchemas: readonly Schema[] = [serviceProviderConfig, resourceType, schema];
