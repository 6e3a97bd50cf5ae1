import { expect, test } from '@jest/globals';
import { takeConsent } from '../../../shared/admin/take-consent.ts';
import { Died, Mortal, mortalRows } from '../../support/admin/mortal.ts';
import { adminStack, overMemory } from '../../support/admin/stack.ts';
import { FakeTenant, fakeTenantId } from '../../support/sync/fake-tenant.ts';

// A link to consent works once; a process that dies while it is taken does not use it up (S2-15).

const clientId = 'cccccccc-0000-4000-8000-000000000001';

async function asked() {
  const mortal = new Mortal();
  const tables = overMemory();
  const tenant = new FakeTenant(() => 0.5);
  const stack = adminStack((table) => mortalRows(tables(table), mortal), {
    graph: { reader: () => tenant.graph(), learnsTenant: false, clientId, mortal },
  });
  const { id } = (await stack.send('POST /api/v1/orgs', { body: { name: 'Contoso' } })).json;
  const organization = `/api/v1/orgs/${id}`;
  const body = { name: 'N', kind: 'nested', connection: { tenantId: fakeTenantId } };
  const { json } = await stack.send(`POST ${organization}/directories`, { body });
  const { url } = json['consent'] as { url: string };
  const state = new URL(url).searchParams.get('state') ?? '';
  return {
    mortal,
    comeBack: async (more: object) =>
      await takeConsent(new URLSearchParams({ state, tenant: fakeTenantId, ...more }), stack.ports),
    consents: async () => {
      const audit = await stack.send(`GET ${organization}/audit?limit=200`);
      const acts = audit.json.items.filter(({ act }) => act === 'directory.consented');
      const directory = await stack.send(`GET ${organization}/directories/${json.id}`);
      return [acts.length, directory.json['consented']];
    },
  };
}

const given = { admin_consent: 'True' };
const expired = { status: 400, body: { code: 'consent_link_expired' } };

test.each(['before', 'after'] as const)(
  'whoever comes back again after a process died %s any write of his consent has given it, once',
  async (how) => {
    let deaths = 0;
    for (let at = 1, isMet = true; isMet; at++) {
      const { mortal, comeBack, consents } = await asked();
      mortal.dies({ at, how });
      await comeBack(given).catch((error: unknown) => expect(error).toBeInstanceOf(Died));
      isMet = mortal.lives();
      if (isMet) deaths++;
      const again = await comeBack(given);
      // The last write takes the link away: with its answer lost, the consent is given all the same.
      const isTaken = again.status === 400;
      expect(isTaken ? how === 'after' || !isMet : isMet).toBe(true);
      expect(again).toMatchObject(isTaken ? expired : { status: 200, body: { code: 'consented' } });
      expect(await comeBack(given)).toMatchObject(expired);
      expect(await consents()).toEqual([1, { at: expect.any(String) }]);
    }
    expect(deaths).toBeGreaterThan(1);
  },
);

test('whoever declines, and the process dies, is given another link when he comes back', async () => {
  for (const at of [1, 2]) {
    const { mortal, comeBack } = await asked();
    mortal.dies({ at, how: 'before' });
    await expect(comeBack({ error: 'access_denied' })).rejects.toThrow(Died);
    mortal.lives();
    expect(await comeBack({ error: 'access_denied' })).toMatchObject({
      status: 403,
      body: { code: 'admin_consent_required', consent: { url: expect.any(String) } },
    });
    expect(await comeBack(given)).toMatchObject(expired);
  }
});

test('two who come back with one link at once have given one consent', async () => {
  const { comeBack, consents } = await asked();
  const answers = await Promise.all([comeBack(given), comeBack(given)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(await consents()).toEqual([1, { at: expect.any(String) }]);
});
