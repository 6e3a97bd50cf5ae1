import { afterEach, expect, test } from '@jest/globals';
import { compareDirectory } from '../../../tools/main-job/comparison.ts';
import { expectedDirectory } from '../../../tools/main-job/expected-directory.ts';
import { readByCursor, readByIndex, versionsOf } from '../../../tools/main-job/read-back.ts';
import { foundCompany } from '../../../tools/simulated-tenant/company.ts';
import { evolve } from '../../../tools/simulated-tenant/evolve.ts';
import { newProvisioningClient } from '../../../tools/simulated-tenant/provisioning/provisioning-client.ts';
import { newScimSender } from '../../../tools/simulated-tenant/provisioning/scim-sender.ts';
import { type ScimService, startScimService } from './scim-service.ts';

const services: ScimService[] = [];

afterEach(async () => {
  for (const service of services.splice(0)) await service.stop();
});

test.each([
  ['default', 'a'],
  ['flagged', 'b'],
  ['mixed', 'c'],
] as const)(
  'in the %s dialect, years of provisioning leave exactly what the tenant says',
  async (mix, seed) => {
    const service = await startScimService();
    services.push(service);
    const tenant = foundCompany(seed, {
      users: 240,
      assignedUsers: 150,
      assignedGroups: 50,
      otherGroups: 20,
    });
    const dialectOf = (object: string) => {
      if (mix !== 'mixed') return mix;
      return /[0-7]$/.test(object) ? 'default' : 'flagged';
    };
    const settings = { tenantUrl: service.tenantUrl, secretToken: service.secretToken };
    const client = newProvisioningClient(tenant, {
      ...settings,
      dialectOf,
      membersPerPatch: (n) => (n > 20 ? 20 : 1),
    });
    const reader = newScimSender({ ...settings, parallel: 2, attempts: 1 });
    await client.testConnection();
    await client.initialCycle();
    for (let round = 1; round <= 4; round++) {
      evolve(tenant, round);
      await client.incrementalCycle();
      const { examples, differing } = compareDirectory(expectedDirectory(tenant), await readByCursor(reader));
      expect({ round, examples, differing }).toEqual({ round, examples: [], differing: 0 });
    }
    const before = versionsOf(await readByIndex(reader));
    const counts = await client.restart(seed === 'a');
    expect(counts).toMatchObject({
      created: 0,
      updated: 0,
      disabled: 0,
      deleted: 0,
      failed: 0,
      membersRemoved: 0,
    });
    expect(versionsOf(await readByIndex(reader))).toEqual(before);
    expect(client.failures).toEqual(new Map());
    expect(client.traffic.countOfStatus(400)).toBe(0);
    client.close();
    reader.close();
  },
);
