import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { allCases } from '../conformance/scim-http/cases/all-cases.ts';
import { runCase } from '../conformance/scim-http/run-case.ts';
import { serviceOverHttp } from '../conformance/scim-http/service-over-http.ts';
import { type Served, serve } from '../support/served.ts';

// Every case that the service passes in process, over real HTTP, the host's rules and the emulator.
let served: Served;
let service: ReturnType<typeof serviceOverHttp>;

beforeAll(async () => {
  served = await serve('--port', '0', '--memory');
  service = serviceOverHttp(served);
}, 60_000);
afterAll(async () => {
  service?.close();
  await served?.end();
});

describe.each(Object.entries(allCases))('%s', (_, cases) => {
  test.each(cases.map((scimCase) => [scimCase.name, scimCase] as const))('%s', async (_name, scimCase) => {
    await runCase(scimCase, service);
  });
});
