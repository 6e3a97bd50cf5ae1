import { expect, test } from '@jest/globals';
import type { RegisteredFunction } from '../../../tools/local-host/core-module.ts';
import { httpRoutes } from '../../../tools/local-host/http-routes.ts';

const http = (
  name: string,
  route?: string,
  methods: readonly string[] = ['GET'],
  more: object = {},
): RegisteredFunction => ({
  name,
  callback: () => undefined,
  bindings: {
    trigger: {
      type: 'httpTrigger',
      direction: 'in',
      methods,
      authLevel: 'anonymous',
      ...(route === undefined ? {} : { route }),
      ...more,
    },
    $return: { type: 'http', direction: 'out' },
  },
});

function found(routes: Parameters<typeof httpRoutes>[0], method: string, path: string, prefix = '') {
  const match = httpRoutes(routes, prefix).find(method, path);
  return match && { name: match.function.name, ...match.parameters };
}

test('§1.4 the first match in the order of function names answers, not the most specific one', () => {
  const routes = [http('zeta', 'users/me'), http('Alpha', 'users/{id}'), http('beta', '{*rest}')];
  expect(found(routes, 'GET', '/users/me')).toEqual({ name: 'Alpha', id: 'me' });
  expect(found(routes, 'GET', '/users/me/x')).toEqual({ name: 'beta', rest: 'users/me/x' });
});

test('§1.4 a method that no function lists is not routed, whatever the path', () => {
  expect(found([http('scim', 'scim/{*path}', ['GET'])], 'PUT', '/scim/a')).toBeUndefined();
  expect(found([http('scim', 'scim/{*path}', ['GET'])], 'HEAD', '/scim/a')).toBeUndefined();
});

test('§1.4 the route is the function’s name unless given, behind the prefix of host.json', () => {
  expect(found([http('ping')], 'GET', '/api/ping', 'api')).toEqual({ name: 'ping' });
  expect(found([http('ping')], 'GET', '/ping', 'api')).toBeUndefined();
  expect(found([http('ping')], 'GET', '/ping', '')).toEqual({ name: 'ping' });
});

test.each([
  ['literals ignore case', 'scim/v2', '/SCIM/V2', {}],
  ['a trailing slash is ignored', 'scim/v2', '/scim/v2/', {}],
  ['an empty inner segment matches nothing', 'scim/{id}', '/scim//x', undefined],
  ['but a catch-all takes it', 'scim/{*rest}', '/scim//x/', { rest: '/x/' }],
  ['a catch-all matches nothing at all too', 'scim/{id}/{*rest}', '/scim/1', { id: '1' }],
  ['a parameter needs a segment', 'scim/{id}', '/scim', undefined],
  ['an optional one does not', 'scim/{id?}', '/scim', {}],
  ['a default stands for it', 'scim/{id=7}', '/scim', { id: '7' }],
  ['a literal and a parameter share a segment', 'users-{id}.json', '/users-7.json', { id: '7' }],
  ['%2F stays, every other escape is decoded once', 'u/{id}', '/u/a%2Fb%20%2541', { id: 'a%2Fb %41' }],
  ['an encoded literal is that literal', 'users', '/%75sers', {}],
  ['what is not UTF-8 stays as it came', 'u/{id}', '/u/%ff', { id: '%ff' }],
  ['a longer path is another path', 'scim/{id}', '/scim/1/2', undefined],
  ['the root', '', '/', undefined],
])('§1.4 %s: %j on %j', (_, route, path, parameters) => {
  const expected = parameters && { name: 'it', ...parameters };
  expect(found([http('it', route === '' ? 'it' : route)], 'GET', path)).toEqual(expected);
});

test.each([
  ['int', ['1', '-5'], ['a', '1.5', '2147483648']],
  ['long', ['2147483648'], ['9223372036854775808']],
  ['bool', ['true', 'FALSE'], ['1']],
  [
    'guid',
    [
      '0f8fad5b-d9cb-469f-a165-70867728950e',
      '{0f8fad5b-d9cb-469f-a165-70867728950e}',
      '0f8fad5bd9cb469fa16570867728950e',
    ],
    ['0f8f'],
  ],
  ['datetime', ['2026-11-23'], ['soon']],
  ['decimal', ['1.5'], ['x']],
  ['alpha', ['abc'], ['a1']],
  ['minlength(3)', ['abc'], ['ab']],
  ['maxlength(3)', ['abc'], ['abcd']],
  ['length(2,3)', ['ab', 'abc'], ['a', 'abcd']],
  ['min(5)', ['5'], ['4']],
  ['max(5)', ['5'], ['6']],
  ['range(5,6)', ['5', '6'], ['4', '7']],
  ['regex(^a\\d+)', ['A1', 'a1x'], ['b1']],
  ['file', ['a.txt'], ['a']],
  ['nonfile', ['a'], ['a.txt']],
])('§1.4 constraint %s', (constraint, good, bad) => {
  const routes = [http('it', `x/{value:${constraint}}`)];
  const accepted = (value: string) => found(routes, 'GET', `/x/${value}`) !== undefined;
  expect([good.map(accepted), bad.map(accepted)]).toEqual([good.map(() => true), bad.map(() => false)]);
});

test.each([
  ['a reserved word', [http('a', 'administration/x')], 'begins with a reserved word'],
  ['the other reserved word', [http('a', 'Runtime')], 'begins with a reserved word'],
  ['a name with a dot', [http('a.b', 'x')], 'not a function name'],
  ['the name host', [http('Host', 'x')], 'not a function name'],
  [
    'one route for two functions',
    [http('a', 'x', ['GET', 'PUT']), http('b', 'X', ['PUT'])],
    'share the route PUT x',
  ],
  ['a function that needs a key', [http('a', 'x', ['GET'], { authLevel: 'function' })], 'needs a key'],
  ['an unknown constraint', [http('a', 'x/{id:colour}')], 'unknown route constraint'],
])('§1.4 refused at start: %s', (_, routes, sentence) => {
  expect(() => httpRoutes(routes, '')).toThrow(sentence);
});
