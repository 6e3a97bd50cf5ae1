import { expect, test } from '@jest/globals';
import { emptyTenant, signingIn, tenantId } from '../../support/admin/signing-in.ts';
import { issued } from '../../support/sign-in-service.ts';

/** A confirmed directory; what `failing` answers goes before what the tenant does, and all that is sent is counted. */
async function counted() {
  const sent: string[] = [];
  let failing: (path: string, times: number) => Response | undefined = () => undefined;
  const graph = (url: string): Response => {
    const path = url.replace('https://graph.microsoft.com/v1.0', '');
    sent.push(path);
    const times = sent.filter((one) => one === path).length;
    return failing(path, times) ?? emptyTenant(url);
  };
  const { service, confirm, run } = await signingIn(graph);
  service.answer = issued(tenantId);
  await confirm();
  return {
    sent,
    run: async (answers: typeof failing) => {
      sent.length = 0;
      failing = answers;
      return await run();
    },
  };
}

const status = (code: number, units: number) =>
  Response.json({}, { status: code, headers: { 'x-ms-resource-unit': String(units) } });

test('requests of a run that had to be sent again are in its books, with their resource units', async () => {
  const { sent, run } = await counted();
  const failures = [status(503, 3), status(401, 2), status(429, 1)];
  const one = await run((_path, times) => failures[times - 1]?.clone());
  expect(one).toMatchObject({ status: 'done', graphCalls: sent.length });
  const plain = await (await counted()).run(() => undefined);
  expect(plain).toMatchObject({ status: 'done' });
  // Of each of the calls of a run three more were sent, which took six units more.
  expect(one['graphCalls']).toBe(4 * Number(plain['graphCalls']));
  expect(one['resourceUnits']).toBe(Number(plain['resourceUnits']) + 6 * Number(plain['graphCalls']));
});

test.each(['/users/delta', '/groups/delta', '/organization', '/domains', '/users?'])(
  'requests of a run that %s ends are in its books, also those on their way beside it',
  async (path) => {
    const { sent, run } = await counted();
    const ended = await run((asked) => (asked.startsWith(path) ? status(401, 7) : undefined));
    expect(ended).toMatchObject({ status: 'failed', failure: { code: 'consent_revoked' } });
    expect(ended['graphCalls']).toBe(sent.length);
    const refused = sent.filter((asked) => asked.startsWith(path)).length;
    expect(refused).toBe(6);
    expect(Number(ended['resourceUnits'])).toBeGreaterThanOrEqual(7 * refused);
  },
);
