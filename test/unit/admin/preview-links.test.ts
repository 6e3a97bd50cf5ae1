import { expect, test } from '@jest/globals';
import { emptyTenant, signingIn, tenantId } from '../../support/admin/signing-in.ts';
import { issued } from '../../support/sign-in-service.ts';

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** A directory whose Graph lists `users` by twos, with tokens of that length. */
async function listed(users: number, tokenLength: number) {
  const reads: number[] = [];
  const graph = (address: string): Response => {
    const url = new URL(address);
    if (url.pathname !== '/v1.0/users' || url.searchParams.get('$top') === '1') return emptyTenant(address);
    const page = Number(/\d+$/.exec(url.searchParams.get('$skiptoken') ?? '0')?.[0]);
    reads.push(page);
    const numbers = [2 * page, 2 * page + 1].filter((number) => number < users);
    const value = numbers.map((number) => ({ id: id(number), displayName: `User ${number}` }));
    const token = `${'x'.repeat(tokenLength)}${page + 1}`;
    const next = { '@odata.nextLink': `${url.origin}/v1.0/users?$skiptoken=${token}` };
    return Response.json({ value, ...(2 * page + 2 < users ? next : {}) });
  };
  const { service, stack, one } = await signingIn(graph);
  service.answer = issued(tenantId);
  const seen = async () => {
    const shown: string[][] = [];
    for (let cursor = ''; ; ) {
      const line = `GET ${one}/preview/users?limit=3${cursor}`;
      expect(line.length).toBeLessThan(8_000);
      const { status, json } = await stack.send(line);
      expect(status).toBe(200);
      shown.push(json.items.map((item) => item.id));
      if (json.nextCursor === undefined) return shown;
      cursor = `&cursor=${json.nextCursor}`;
    }
  };
  return { seen, reads, stack, one };
}

const pagesOf3 = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]].map((page) => page.map(id));

test.each([40, 3_900, 9_000, 16_384])(
  'a preview pages over links of Graph with tokens of %d characters, in addresses that a server takes',
  async (tokenLength) => {
    const { seen, reads } = await listed(10, tokenLength);
    expect(await seen()).toEqual(pagesOf3);
    // Links that fit are followed; those that do not are walked to again.
    expect(reads).toEqual(
      tokenLength < 4_000 ? [0, 1, 1, 2, 3, 4, 4] : [0, 1, 0, 1, 2, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4],
    );
  },
);

test('a place that is too far to walk to is refused, and is not the end', async () => {
  const { stack, one, reads } = await listed(1_000, 9_000);
  const far = (pages: number) => Buffer.from(JSON.stringify({ pages, skip: 0 })).toString('base64url');
  expect((await stack.send(`GET ${one}/preview/users?limit=2&cursor=${far(50)}`)).json.items).toHaveLength(2);
  reads.length = 0;
  const { status, json } = await stack.send(`GET ${one}/preview/users?limit=2&cursor=${far(51)}`);
  expect([status, json.code, json.reason, reads]).toEqual([400, 'invalid-cursor', 'too_far', []]);
});

test('a place behind the end of a list that became shorter is its end', async () => {
  const { stack, one } = await listed(4, 9_000);
  const cursor = Buffer.from(JSON.stringify({ pages: 9, skip: 1 })).toString('base64url');
  const { json } = await stack.send(`GET ${one}/preview/users?cursor=${cursor}`);
  expect(json).toEqual({ items: [] });
});
