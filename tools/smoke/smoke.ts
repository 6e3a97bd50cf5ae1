import { randomUUID } from 'node:crypto';
import { type Exchange, type SmokeClient, smokeClient } from './client.ts';
import { checkFunctions, type HostAsked } from './function-list.ts';
import { provisionAndRemove } from './provisioning.ts';

export interface SmokeOptions {
  readonly origin: string;
  /** Of the role admin. */
  readonly adminKey: string;
  /** Where the throw-away directory is made; the first one, or one of its own, when absent. */
  readonly organizationId: string | undefined;
  /** Absent: the list of functions is not asked for. */
  readonly host?: HostAsked;
  readonly tell: (line: string) => void;
}

export interface SmokeOutcome {
  readonly exchanges: readonly Exchange[];
  /** Sentences about what was wrong; none when all was right. */
  readonly faults: readonly string[];
}

/** Asks every function of a deployment once, in a directory of its own that is removed again whatever happens. */
export async function smoke(options: SmokeOptions): Promise<SmokeOutcome> {
  const client = smokeClient();
  const origin = options.origin.replace(/\/$/, '');
  try {
    for (const check of ['live', 'ready']) {
      await client.ask({
        step: `health/${check}`,
        method: 'GET',
        url: `${origin}/health/${check}`,
        expect: [200],
      });
    }
    if (options.host !== undefined) await checkFunctions(client, origin, options.host);
    await throughOrganization(client, { ...options, origin });
  } catch (error) {
    client.fault(`the service did not answer: ${error instanceof Error ? error.message : error}`);
  }
  return client;
}

async function throughOrganization(client: SmokeClient, options: SmokeOptions): Promise<void> {
  const { origin, adminKey: key, tell } = options;
  const organizations = `${origin}/api/v1/orgs`;
  const known = options.organizationId ?? (await firstOrganization(client, { url: organizations, key }));
  if (known !== undefined)
    return await throughDirectory(client, { url: `${organizations}/${known}`, key, tell });
  const body = { name: `Smoke test ${randomUUID()}` };
  const made = await client.ask({
    step: 'create organization',
    method: 'POST',
    url: organizations,
    key,
    body,
    expect: [201],
  });
  if (made === undefined) return;
  const url = `${organizations}/${made['id']}`;
  await throughDirectory(client, { url, key, tell });
  await client.ask({ step: 'delete organization', method: 'DELETE', url, key, expect: [204] });
}

async function firstOrganization(client: SmokeClient, at: { readonly url: string; readonly key: string }) {
  const list = await client.ask({ step: 'list organizations', method: 'GET', ...at, expect: [200] });
  const items = list?.['items'];
  const [first] = Array.isArray(items) ? items : [];
  return typeof first?.id === 'string' ? first.id : undefined;
}

async function throughDirectory(
  client: SmokeClient,
  { url, key, tell }: { readonly url: string; readonly key: string; readonly tell: (line: string) => void },
): Promise<void> {
  const name = `Smoke test ${randomUUID()}`;
  const made = await client.ask({
    step: 'create directory',
    method: 'POST',
    url: `${url}/directories`,
    key,
    body: { name, kind: 'scim' },
    expect: [201],
  });
  const scim = made?.['scim'];
  if (made === undefined || !isScim(scim)) return;
  tell(`Made directory ${made['id']}; it is removed at the end.`);
  try {
    await provisionAndRemove(client, scim);
  } finally {
    const confirm = encodeURIComponent(name);
    await client.ask({
      step: 'delete directory',
      method: 'DELETE',
      url: `${url}/directories/${made['id']}?confirm=${confirm}`,
      key,
      expect: [204],
    });
  }
  await client.ask({
    step: 'key of a deleted directory',
    method: 'GET',
    url: `${scim.baseUrl}/Users`,
    key: scim.key,
    expect: [401],
  });
}

const isScim = (value: unknown): value is { readonly baseUrl: string; readonly key: string } =>
  typeof value === 'object' && value !== null && 'baseUrl' in value && 'key' in value;
