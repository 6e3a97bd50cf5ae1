import { graphConnections } from '../../../shared/graph/graph-connections.ts';
import type { GraphCredential } from '../../../shared/graph/sign-in.ts';
import { refusal, SignInService } from '../sign-in-service.ts';
import { adminStack, overMemory } from './stack.ts';

export const tenantId = '11111111-1111-4111-8111-111111111111';
const clientId = 'cccccccc-0000-4000-8000-000000000001';
const secret = { kind: 'client-secret' as const, clientId, clientSecret: 'secret' };
export const notConsented = refusal('unauthorized_client', 700016);

/** The admin API over the real sign-in and the real Graph client; of Graph there is an empty tenant, unless told. */
export async function signingIn(
  graph: (url: string) => Response = emptyTenant,
  credentialNow: () => GraphCredential = () => secret,
) {
  const service = new SignInService(notConsented);
  let slept = 0;
  const connections = graphConnections({
    fetch: async (url) => graph(url),
    now: () => stack.clock.now + slept,
    sleep: async (milliseconds) => {
      slept += milliseconds;
    },
    random: () => 0.5,
    signIn: { httpClient: service.httpClient },
  });
  const reader = () => connections.reader({ cloud: 'public', tenantId, credential: credentialNow() });
  const stack = adminStack(overMemory(), { graph: { reader, learnsTenant: false, clientId } });
  const { id } = (await stack.send('POST /api/v1/orgs', { body: { name: 'Contoso' } })).json;
  const directories = `/api/v1/orgs/${id}/directories`;
  const made = await stack.send(`POST ${directories}`, {
    body: { name: 'Nested', kind: 'nested', connection: { tenantId } },
  });
  const one = `${directories}/${made.json.id}`;
  await stack.send(`POST ${one}:acknowledge`);
  const confirm = async () => {
    const { json } = await stack.send(`GET ${one}/preview`);
    return await stack.send(`POST ${one}:confirm`, { body: { hash: json['hash'] } });
  };
  const run = async () => {
    const begun = await stack.send(`POST ${one}/runs`, { body: {} });
    await stack.nested.work();
    return (await stack.send(`GET ${one}/runs/${begun.json.id}`)).json;
  };
  return { stack, service, one, confirm, run };
}

export function emptyTenant(address: string): Response {
  const url = new URL(address);
  const value = url.pathname.endsWith('/organization') ? [{ id: tenantId, displayName: 'Contoso' }] : [];
  const links = url.pathname.endsWith('/delta')
    ? { '@odata.deltaLink': `${url.origin}${url.pathname}?$deltatoken=1` }
    : {};
  return Response.json({ value, ...links });
}
