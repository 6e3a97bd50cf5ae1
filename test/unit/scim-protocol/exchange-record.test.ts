import { describe, expect, test } from '@jest/globals';
import { DirectoryId } from '../../../shared/model/ids.ts';
import type { Json } from '../../../shared/model/json.ts';
import { limits } from '../../../shared/model/limits.ts';
import { Refusal } from '../../../shared/model/refusal.ts';
import { exchangeOf, isProbe, type Outcome } from '../../../shared/scim/exchange-record.ts';
import { type Filter, parseFilter } from '../../../shared/scim/filter.ts';
import { scimRequest } from '../../conformance/scim-http/service-in-process.ts';

const directoryId = DirectoryId.parse('dir_00000000000000000000000000000000');
const facts = { directoryId, at: 5, durationMilliseconds: 7, body: undefined };
const request = (path: string) =>
  scimRequest({ method: 'PUT', path }, { directoryId, authorization: 'Bearer secret' });
const response = { status: 200, headers: {} };
const told = { directoryId, at: 5, durationMilliseconds: 7, method: 'PUT', target: '/Users/1', status: 200 };

describe('what the request log tells of an exchange (S3-10)', () => {
  test.each<[string, Outcome, object]>([
    ['nothing but what there is', { response }, { probe: false }],
    [
      'the object, a note and a probe',
      { response, objectId: 'o', note: 'n', probe: true },
      { objectId: 'o', note: 'n', probe: true },
    ],
    [
      'why a request was refused',
      { response, refusal: new Refusal('uniqueness', 'taken') },
      { error: 'uniqueness: taken', probe: false },
    ],
    [
      'of a bug or an outage no word',
      { response, thrown: new Error('connection string') },
      { error: 'internal error', probe: false },
    ],
    [
      'also of one that throws nothing',
      { response, thrown: undefined },
      { error: 'internal error', probe: false },
    ],
  ])('%s', (_, outcome, more) => {
    expect(exchangeOf(request('/Users/1'), outcome, facts)).toStrictEqual({ ...told, ...more });
  });

  test.each([
    ['/Users', '/Users'],
    ['/Users?', '/Users'],
    ['/Users/%41?a=1&b=x+y', '/Users/%41?a=1&b=x+y'],
    ['/Users?filter=PassWord+eq+"x"&count=1', '/Users?filter=%5Bremoved%5D&count=1'],
    [`/${'x'.repeat(limits.textCharactersMax)}`, `/${'x'.repeat(limits.textCharactersMax - 1)}`],
  ])('%.80s is recorded without secrets, within bounds (T28)', (path, target) => {
    expect(exchangeOf(request(path), { response }, facts).target).toBe(target);
  });
});

describe('a body is recorded as received, but for passwords (T28)', () => {
  const recorded = (text: string) =>
    exchangeOf(request('/Users/1'), { response }, { ...facts, body: { text, json: JSON.parse(text) } }).body;

  test.each([
    ['{ "userName" : "x" }', '{ "userName" : "x" }'],
    ['{ "a": "\\u00e4" }', '{"a":"ä"}'],
    ['{"passw\\u006frd":"canary","b":1}', '{"b":1}'],
    [
      '{"PASSWORD":"canary","emails":[{"value":"a@b","type":"work"}]}',
      '{"emails":[{"value":"a@b","type":"work"}]}',
    ],
    ['{"urn:x:2.0:User:password":"canary","passwordHint":"canary","n":null}', '{"n":null}'],
    [
      '{"Operations":[{"op":"add","Path":"Password","VALUE":"canary"},{"path":"title","value":"T"},{"value":"V","hint":"the password"}]}',
      '{"Operations":[{"op":"add","Path":"Password"},{"path":"title","value":"T"},{"value":"V","hint":"the password"}]}',
    ],
    [
      '[{"path":"urn:ietf:params:scim:schemas:core:2.0:User:password","value":{"a":"canary"}}]',
      '[{"path":"urn:ietf:params:scim:schemas:core:2.0:User:password"}]',
    ],
    [`"${'x'.repeat(limits.textCharactersMax)}"`, `"${'x'.repeat(limits.textCharactersMax - 1)}`],
  ])('%.60s', (text, expected) => {
    expect(recorded(text)).toBe(expected);
  });
});

describe("Entra's connection test is told from other look-ups (E §2)", () => {
  const random = '3e59e27b-4a2c-4a5e-9a51-07d4f4dd0a27';
  test.each<[string, number, boolean]>([
    [`userName eq "${random}"`, 0, true],
    [`externalId eq "${random.toUpperCase()}"`, 0, true],
    [`userName eq "${random}"`, 1, false],
    [`userName ne "${random}"`, 0, false],
    [`ID eq "${random}"`, 0, false],
    [`userName eq "${random}0"`, 0, false],
    [`userName eq "x${random}"`, 0, false],
    [`userName eq "${random.slice(0, -1)}"`, 0, false],
    ['userName eq "ann"', 0, false],
    ['userName pr', 0, false],
  ])('%s with %d hits: %s', (text, totalResults, expected) => {
    expect(isProbe(parseFilter(text), totalResults)).toBe(expected);
  });

  test('without a filter, or with a value that only reads like one, there is none', () => {
    const value = { toString: () => random } as unknown as Json;
    const odd = { kind: 'compare', operator: 'eq', path: { attribute: 'userName' }, value } as Filter;
    expect([isProbe(undefined, 0), isProbe(odd, 0)]).toEqual([false, false]);
  });
});
