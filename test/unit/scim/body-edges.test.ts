import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../shared/model/json.ts';
import { limits } from '../../../shared/model/limits.ts';
import { parseJson } from '../../../shared/scim/parse-json.ts';
import { applyPatch, parsePatch } from '../../../shared/scim/patch.ts';
import { parseResource } from '../../../shared/scim/resource-body.ts';
import { refusalOf } from './support/refusal-of.ts';

const badge = 'urn:example:2.0:Badge';

describe('bodies', () => {
  test('JSON that cannot be read is refused with its cause', () => {
    const cause = (() => {
      try {
        return parseJson('{');
      } catch (error) {
        return (error as Error).cause;
      }
    })();
    expect(cause).toBeInstanceOf(SyntaxError);
  });

  test.each<[string, Json, JsonObject]>([
    ['urn:example:User:2.0:Badge', { a: 1 }, { 'urn:example:User:2.0:Badge': { a: 1 } }],
    [badge, { a: { b: 1 } }, { [badge]: { a: { b: 1 } } }],
    [`${badge}:level`, 7, { [badge]: { level: 7 } }],
  ])('what stands under %s is kept where it belongs', (name, value, expected) => {
    const { attributes } = parseResource('User', { userName: 'ann', [name]: value });
    expect(attributes).toStrictEqual({ userName: 'ann', ...expected });
  });

  test('a resource may be as large as its limit, and no larger', () => {
    const operations = parsePatch({ Operations: [{ op: 'add', path: 'title', value: 'ä' }] });
    const grown = (length: number) =>
      applyPatch(
        'User',
        {
          attributes: { userName: 'ann', [badge]: { blob: 'x'.repeat(length) } },
          raw: { body: {}, patched: {} },
        },
        operations,
      );
    const { attributes, raw } = grown(0);
    const empty = Buffer.byteLength(JSON.stringify({ attributes, raw }));
    const most = limits.resourceBytesMax - empty;
    expect(refusalOf(() => grown(most))).toBe('accepted');
    expect(refusalOf(() => grown(most + 1))).toBe(
      `too-large: The resource is larger than ${limits.resourceBytesMax} bytes.`,
    );
  });

  test('a name that only begins like a secret is none', () => {
    const { raw } = applyPatch(
      'User',
      { attributes: { userName: 'ann' }, raw: { body: {}, patched: {} } },
      parsePatch({ Operations: [{ op: 'add', path: 'passwordHint', value: 'x' }] }),
    );
    expect(raw.patched).toEqual({ passwordHint: 'x' });
  });

  test('the value of a member is the one that is spelled so', () => {
    const { members } = applyPatch(
      'Group',
      { attributes: { displayName: 'g' }, raw: { body: {}, patched: {} } },
      parsePatch({
        Operations: [
          {
            op: 'add',
            path: 'members',
            value: [
              { VALUE: 'b', value: 'a' },
              { Value: 'c', x: 'd' },
            ],
          },
        ],
      }),
    );
    expect(members.add).toEqual(['a', 'c']);
  });
});
