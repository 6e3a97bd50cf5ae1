import { expect, test } from '@jest/globals';
import { parseLocalGraph } from '../../../tools/embedded/local-graph.ts';

test.each([
  ['http://127.0.0.1:8080/v1.0', 'http://127.0.0.1:8080/v1.0'],
  ['http://localhost:8080/v1.0/', 'http://localhost:8080/v1.0'],
  ['http://[::1]:8080/v1.0', 'http://[::1]:8080/v1.0'],
])('a local Graph on this machine is taken: %s', (text, url) => {
  expect(parseLocalGraph({ LOCAL_GRAPH_URL: text, LOCAL_GRAPH_TOKEN: 't' })).toEqual({ url, token: 't' });
});

test('without it nothing is read', () => {
  expect(parseLocalGraph({})).toBeUndefined();
});

test.each([
  'https://graph.microsoft.com/v1.0',
  'http://graph.microsoft.com/v1.0',
  'http://127.0.0.1.evil.example/v1.0',
  'http://localhost.evil.example/',
  'http://127.0.0.1@evil.example/',
  'http://user:word@127.0.0.1/',
  'http://0.0.0.0/',
  'http://169.254.169.254/',
  'file:///etc/passwd',
  'nonsense',
])('any other host is refused: %s', (text) => {
  expect(() => parseLocalGraph({ LOCAL_GRAPH_URL: text, LOCAL_GRAPH_TOKEN: 't' })).toThrow(
    '127.0.0.1, localhost or [::1]',
  );
});

test('URL and token come together', () => {
  expect(() => parseLocalGraph({ LOCAL_GRAPH_URL: 'http://127.0.0.1/' })).toThrow('must be set together');
  expect(() => parseLocalGraph({ LOCAL_GRAPH_TOKEN: 't' })).toThrow('must be set together');
});
