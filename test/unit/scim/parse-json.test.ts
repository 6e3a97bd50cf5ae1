import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../../shared/model/json.ts';
import { limits } from '../../../shared/model/limits.ts';
import { parseJson } from '../../../shared/scim/parse-json.ts';

const refused = (detail: string) => expect.objectContaining({ code: 'invalid-syntax', message: detail });

function refusalOf(text: string): unknown {
  try {
    return { parsed: parseJson(text) };
  } catch (refusal) {
    return refusal;
  }
}

describe('parseJson', () => {
  test('reads what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(
          !text.includes('\\u') &&
            !text.includes('\\b') &&
            !text.includes('\\f') &&
            !text.includes('__proto__'),
        );
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('reads escapes, also beside brackets and quotes in text', () => {
    const value: Json = { a: '[{"\\}]', b: ['\n\r\t/\u00e9'], 'c"': '\u{1F600}' };
    expect(parseJson(JSON.stringify(value))).toEqual(value);
    expect(parseJson('{"a":"\\u00e9\\ud83d\\ude00","b":["\\u0041",true,null,1.5,{"c":"\\/"}]}')).toEqual({
      a: 'é😀',
      b: ['A', true, null, 1.5, { c: '/' }],
    });
  });

  test('passes over a byte order mark', () => {
    expect(parseJson('\uFEFF{"a":1}')).toEqual({ a: 1 });
  });

  test.each(['', '{', '{"a":}', "{'a':1}", '{"a":1}}', 'undefined', '"\u0001"', '"abc', '"\\'])(
    'refuses what is not JSON: %j',
    (text) => {
      expect(refusalOf(text)).toEqual(refused('The body is not valid JSON.'));
    },
  );

  test('measures depth before anything is built (T23)', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const tooDeep = refused(`The body is nested deeper than ${limits.jsonDepthMax} levels.`);
    expect(refusalOf(nested(limits.jsonDepthMax))).not.toEqual(tooDeep);
    expect(refusalOf(objects(limits.jsonDepthMax))).not.toEqual(tooDeep);
    expect(parseJson(`[${'[],'.repeat(100)}[]]`)).toHaveLength(101);
    expect(parseJson(`[${'{},'.repeat(100)}{}]`)).toHaveLength(101);
    for (const text of [
      nested(limits.jsonDepthMax + 1),
      objects(limits.jsonDepthMax + 1),
      '['.repeat(100_000),
    ]) {
      expect(refusalOf(text)).toEqual(tooDeep);
    }
    expect(refusalOf(`"${'['.repeat(100)}"`)).toEqual({ parsed: '['.repeat(100) });
  });

  test.each([
    ['{"a":"\\ud800"}', '"�"'],
    ['{"a":["x\\u0000"]}', '"x\\u0000"'],
    ['{"\\b":1}', '"\\b"'],
    ['"\\u001f"', '"\\u001f"'],
    ['"\\u000b"', '"\\u000b"'],
    ['"\\f"', '"\\f"'],
    ['"\\u000e"', '"\\u000e"'],
    ['"\\u0008"', '"\\b"'],
  ])('refuses text that is no Unicode or has control characters: %s', (text, shown) => {
    expect(refusalOf(text)).toEqual(refused(`The body holds forbidden characters: ${shown}`));
  });

  test('shows at most 100 characters of what it refuses (T23)', () => {
    const refusal = refusalOf(`"\\u0000${'x'.repeat(1000)}"`);
    expect(String((refusal as Error).message).length).toBeLessThan(150);
  });

  test.each([
    '{"__proto__":{"x":1},"a":{"__proto__":{"y":1},"b":2}}',
    '{"\\u005f_proto__":{"x":1},"a":{"b":2}}',
  ])('leaves out keys that name the prototype (T20): %s', (text) => {
    const parsed = parseJson(text) as { a: object };
    expect(parsed).toEqual({ a: { b: 2 } });
    expect(Object.hasOwn(parsed, '__proto__')).toBe(false);
    expect(Object.hasOwn(parsed.a, '__proto__')).toBe(false);
    expect(Reflect.get({}, 'x')).toBeUndefined();
  });
});
