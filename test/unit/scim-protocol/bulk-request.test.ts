import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../shared/model/json.ts';
import { limits } from '../../../shared/model/limits.ts';
import { type BulkRequest, parseBulk } from '../../../shared/scim/bulk-request.ts';
import { refusalOf } from '../scim/support/refusal-of.ts';

const operation = { method: '', path: '', data: null };

describe('a Bulk request (RFC 7644 §3.7)', () => {
  test.each<[string, Json, BulkRequest]>([
    ['may be empty', { Operations: [] }, { operations: [], errorsMax: Number.POSITIVE_INFINITY }],
    [
      'has its method in upper case, and text as sent',
      {
        Operations: [{ method: 'Post', path: '/Users', bulkId: 'u', version: 'W/"1"', data: { a: 1 } }],
        failOnErrors: 1,
      },
      {
        operations: [{ method: 'POST', path: '/Users', bulkId: 'u', version: 'W/"1"', data: { a: 1 } }],
        errorsMax: 1,
      },
    ],
    [
      'has no fields for what is absent or null',
      { Operations: [{}, { method: null, path: null, bulkId: null, version: null, data: null }] },
      { operations: [operation, operation], errorsMax: Number.POSITIVE_INFINITY },
    ],
    [
      'names its fields in any case, and the exact name comes first (RFC 7643 §2.1)',
      { operations: [1], Operations: [{ METHOD: 'put', PATH: '/x', BULKID: 'b' }], FAILONERRORS: 3 },
      { operations: [{ ...operation, method: 'PUT', path: '/x', bulkId: 'b' }], errorsMax: 3 },
    ],
  ])('%s', (_, body, expected) => {
    expect(parseBulk(body)).toStrictEqual(expected);
  });

  test.each<[Json, number]>([
    [null, Number.POSITIVE_INFINITY],
    [0, Number.POSITIVE_INFINITY],
    [1, 1],
    [7, 7],
  ])('failOnErrors %j allows %d failures', (failOnErrors, errorsMax) => {
    expect(parseBulk({ Operations: [], failOnErrors })).toStrictEqual({ operations: [], errorsMax });
  });

  test.each<Json>([-1, 1.5, '1', true, [1], {}])('failOnErrors %j is refused', (failOnErrors) => {
    expect(refusalOf(() => parseBulk({ Operations: [], failOnErrors }))).toBe(
      'invalid-value: failOnErrors is a whole number above 0.',
    );
  });

  test.each<[Json, string]>([
    [[], 'A Bulk request is a JSON object.'],
    [null, 'A Bulk request is a JSON object.'],
    [{}, 'Operations is a list.'],
    [{ Operations: { 0: {} } }, 'Operations is a list.'],
    [{ Operations: [[]] }, 'An operation is a JSON object.'],
    [{ Operations: [{ method: 1 }] }, 'method of an operation is text.'],
    [{ Operations: [{ bulkId: ['u'] }] }, 'bulkId of an operation is text.'],
    [{ Operations: [{ version: 1 }] }, 'version of an operation is text.'],
  ])('%j is refused', (body, detail) => {
    expect(refusalOf(() => parseBulk(body))).toBe(`invalid-syntax: ${detail}`);
  });

  test('holds as many operations as its limit, and no more (RFC 7644 §3.7.4)', () => {
    const full = Array.from({ length: limits.bulkOperationsMax }, () => ({}));
    expect(parseBulk({ Operations: full }).operations).toHaveLength(limits.bulkOperationsMax);
    expect(refusalOf(() => parseBulk({ Operations: [...full, {}] }))).toBe(
      `too-large: A Bulk request holds at most ${limits.bulkOperationsMax} operations.`,
    );
  });
});
