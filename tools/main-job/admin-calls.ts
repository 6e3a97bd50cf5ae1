import type { JsonObject } from '../../shared/model/json.ts';

/** A running service, and who may administer it. */
export interface Service {
  readonly origin: string;
  readonly organizationId: string;
  readonly adminKey: string;
}

export interface ScimConnection {
  readonly directoryId: string;
  readonly tenantUrl: string;
  readonly secretToken: string;
}

/** Creates a directory for Entra to provision into; its key is shown in this answer only. */
export async function createScimDirectory(service: Service, name: string): Promise<ScimConnection> {
  const created = await adminCall(service, '/directories', { method: 'POST', body: { name, kind: 'scim' } });
  const scim = created['scim'] as JsonObject | undefined;
  const { baseUrl, key } = scim ?? {};
  if (typeof baseUrl !== 'string' || typeof key !== 'string') {
    throw new Error('The admin API answered a new directory without its base URL and key.');
  }
  return { directoryId: String(created['id']), tenantUrl: baseUrl, secretToken: key };
}

export interface AdminCall {
  readonly method?: string;
  readonly body?: JsonObject;
  /** An ETag, or `*` for whatever is there. */
  readonly ifMatch?: string;
}

/** One call of the admin API; throws what a problem document (RFC 9457) says. */
export async function adminCall(
  { origin, organizationId, adminKey }: Service,
  path: string,
  { method = 'GET', body, ifMatch }: AdminCall = {},
): Promise<JsonObject> {
  const answer = await fetch(`${origin}/api/v1/orgs/${organizationId}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${adminKey}`,
      'content-type': 'application/json',
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new Error(
      `${method} ${path} of the admin API was answered ${answer.status}: ${text.slice(0, 300)}`,
    );
  return text === '' ? {} : (JSON.parse(text) as JsonObject);
}
