import fc from 'fast-check';
import type { AttributePath, CompareOperator, Filter } from '../../../../shared/scim/filter.ts';

const names = [
  'userName',
  'active',
  'title',
  'emails',
  'name',
  'meta',
  'nothing',
  'manager',
  'roles',
  'password',
  'id',
  'externalId',
];
const subs = ['value', 'type', 'primary', 'givenName', 'created', 'display', 'unknown'];
const urns = [
  'urn:ietf:params:scim:schemas:core:2.0:User',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  'urn:example:Badge:2.0:User',
];
const texts = [
  'ann',
  'Ann',
  'work',
  'WORK',
  'a',
  '',
  'True',
  'b"c\\d',
  'straße',
  '2026-01-01T00:00:00Z',
  ' x ',
];
const operators: readonly CompareOperator[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const name = (attribute: fc.Arbitrary<string>): fc.Arbitrary<AttributePath> =>
  fc
    .record({
      schema: optional(fc.constantFrom(...urns)),
      attribute,
      subAttribute: optional(fc.constantFrom(...subs)),
    })
    .map(({ schema, attribute, subAttribute }) => ({
      ...(schema !== undefined && { schema }),
      attribute,
      ...(subAttribute !== undefined && { subAttribute }),
    }));

const literal = fc.oneof(
  fc.constantFrom(...texts),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
);

const leaf = (path: fc.Arbitrary<AttributePath>): fc.Arbitrary<Filter> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('compare' as const),
        path,
        operator: fc.constantFrom(...operators),
        value: literal,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('present' as const), path }) },
  );

function tree(of: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  return fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      of,
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        left: tie('filter'),
        right: tie('filter'),
      }),
      fc.record({ kind: fc.constant('not' as const), filter: tie('filter') }),
    ),
  })).filter;
}

const inner = tree(
  leaf(
    name(fc.constantFrom('value', 'type', 'primary', 'display', 'x')).map(({ attribute }) => ({ attribute })),
  ),
);

/** Any path, with brackets in some. */
export const paths: fc.Arbitrary<AttributePath> = fc
  .tuple(name(fc.constantFrom(...names)), optional(inner))
  .map(([path, valueFilter]) => ({ ...path, ...(valueFilter && { valueFilter }) }));

const valuePath: fc.Arbitrary<Filter> = fc
  .record({ kind: fc.constant('value-path' as const), path: name(fc.constantFrom(...names)), filter: inner })
  .map((of) => ({ ...of, path: { attribute: of.path.attribute } }));

/** Any filter; `displayName`-like names carry no control characters, which a filter cannot say of them. */
export const filters: fc.Arbitrary<Filter> = tree(
  fc.oneof({ weight: 4, arbitrary: leaf(paths) }, { weight: 1, arbitrary: valuePath }),
);
