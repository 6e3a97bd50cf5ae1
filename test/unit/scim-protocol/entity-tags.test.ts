import { describe, expect, test } from '@jest/globals';
import { assertReadable, assertWritable, preconditionOf } from '../../../shared/scim/entity-tags.ts';
import type { Precondition } from '../../../shared/scim/scim-directory.ts';
import { refusalOf } from '../scim/support/refusal-of.ts';

describe('preconditions of a request (RFC 9110 §13.1)', () => {
  test.each<[string | undefined, readonly string[] | undefined]>([
    [undefined, undefined],
    ['', undefined],
    [' , ,', undefined],
    ['*', ['*']],
    ['W/"1"', ['W/"1"']],
    ['w/"1", "2" ,W/"3 4"', ['w/"1"', '"2"', 'W/"3 4"']],
    ['"1""2"', ['"1"', '"2"']],
    ['""', ['""']],
    ['abc,W/def', ['abc', 'W/def']],
  ])('%s', (text, tags) => {
    const header = (name: string) => (wanted: string) => (wanted === name ? text : undefined);
    const [match, noneMatch] = [header('if-match'), header('if-none-match')].map(preconditionOf);
    expect(match).toStrictEqual(tags === undefined ? {} : { ifMatch: tags });
    expect(noneMatch).toStrictEqual(tags === undefined ? {} : { ifNoneMatch: tags });
  });
});

describe('tags compare weakly, and as clients copy them by hand', () => {
  test.each(['W/"12"', 'w/"12"', '"12"', '12', 'W/12', '*'])('%s is version W/"12"', (tag) => {
    expect(refusalOf(() => assertWritable({ ifMatch: ['"0"', tag] }, 'W/"12"'))).toBe('accepted');
  });

  test.each<[string, string]>([
    ['"1"', 'W/"12"'],
    ['"2"', 'W/"12"'],
    ['x"1"', 'W/"x1"'],
    ['"1"x', 'W/"1x"'],
    ['"1W/2"', 'W/"12"'],
    ['"*"', 'W/"1"'],
  ])('%s is not version %s', (tag, version) => {
    expect(refusalOf(() => assertWritable({ ifMatch: [tag] }, version))).toBe(
      `precondition-failed: The resource is at version ${version}, which If-Match does not name.`,
    );
  });
});

describe('what becomes of a request on W/"1"', () => {
  const named = 'precondition-failed: The resource is at version W/"1", which If-Match does not name.';
  const ruledOut = 'precondition-failed: The resource is at version W/"1", which If-None-Match rules out.';
  const same = 'not-modified: The caller has this version.';

  test.each<[Precondition, string, string]>([
    [{}, 'accepted', 'accepted'],
    [{ ifMatch: ['"1"'] }, 'accepted', 'accepted'],
    [{ ifMatch: ['"2"'] }, named, named],
    [{ ifNoneMatch: ['"2"'] }, 'accepted', 'accepted'],
    [{ ifNoneMatch: ['"2"', '"1"'] }, ruledOut, same],
    [{ ifMatch: ['"2"'], ifNoneMatch: ['"1"'] }, named, same],
  ])('%j', (on, write, read) => {
    expect(refusalOf(() => assertWritable(on, 'W/"1"'))).toBe(write);
    expect(refusalOf(() => assertReadable(on, 'W/"1"'))).toBe(read);
  });
});
