import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bearerToken } from '../../../shared/access/bearer.ts';
import { isSecret, newSecret, sameHash, secretHash } from '../../../shared/access/secret.ts';

test('100,000 secrets have the form that scanners look for, and none comes twice (T14)', () => {
  const texts = new Set<string>();
  for (let count = 0; count < 100_000; count++) {
    const { text, prefix } = newSecret('scim', randomBytes);
    if (!text.startsWith(prefix) || text.length !== 65) throw new Error(text);
    texts.add(text);
  }
  expect(texts.size).toBe(100_000);
  expect([...texts].slice(0, 1000).every((text) => isSecret('scim', text) && !isSecret('admin', text))).toBe(
    true,
  );
});

test('all 256 bits of the secret count: bytes that differ give keys that differ (T14)', () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const from = (secret: Uint8Array) =>
    newSecret('admin', (count) => (count === 32 ? secret : new Uint8Array(count)));
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      const same = Buffer.compare(one, other) === 0;
      expect(from(one).text === from(other).text).toBe(same);
      expect(from(one).prefix).toBe('rk_admin_00000000');
    }),
  );
});

test('a key with one character changed fails its checksum (T14)', () => {
  const { text } = newSecret('scim', randomBytes);
  for (let at = 8; at < text.length; at++) {
    const other = text[at] === 'a' ? 'b' : 'a';
    expect(isSecret('scim', text.slice(0, at) + other + text.slice(at + 1))).toBe(false);
  }
});

test('hashes are the same or not, also of different lengths', () => {
  const hash = secretHash('one');
  expect([
    sameHash(hash, hash),
    sameHash(hash, secretHash('two')),
    sameHash(hash, ''),
    sameHash('', ''),
  ]).toEqual([...[true, false, false, false]]);
});

test.each([
  ['Bearer abc', 'abc'],
  ['bearer  abc', 'abc'],
  ['BEARER a.b-c_d~e+f/g==', 'a.b-c_d~e+f/g=='],
  ['Bearer', undefined],
  ['Basic abc', undefined],
  ['Bearer abc,Bearer def', undefined],
  ['Bearer abc def', undefined],
  ['abc', undefined],
  [`Bearer ${'a'.repeat(20_000)}`, undefined],
])('the header %p holds the token %p (RFC 6750 §2.1)', (header, token) => {
  expect(bearerToken(header)).toBe(token);
});
