import { secretHash } from '../../access/secret.ts';
import { newDirectoryId } from '../../model/new-ids.ts';
import { Refusal } from '../../model/refusal.ts';
import { type Answer, auditDraft, type Call, nowOf } from '../call.ts';
import { connectionOf } from '../connection.ts';
import { connectionRights } from '../connection-rights.ts';
import { mustBeOffered } from '../nested-offer.ts';
import type { NestedPorts } from '../nested-ports.ts';
import { NestedDirectorySettings } from '../nested-record.ts';
import { nestedFacts, nestedView } from '../nested-view.ts';
import type { AdminPorts } from '../ports.ts';
import type { NestedDirectoryRecord } from '../registry.ts';
import { patched } from '../sync-settings.ts';
import { requiredPermissions } from '../tenant-preview.ts';
import { mustFit } from './directory-change.ts';

type NestedDraft = Extract<Call<'createDirectory'>['body'], { kind: 'nested' }>;

/** Creates a nested directory; nothing is read before an administrator has consented and a person has confirmed. */
export async function createNested(
  call: Omit<Call<'createDirectory'>, 'body'> & { readonly body: NestedDraft },
): Promise<Answer> {
  const { params, body, ports, caller } = call;
  await mustBeOffered(params.organizationId, ports.registry);
  const mustBeAllowed = await connectionRights(call);
  const connection = connectionOf(body.connection ?? {}, ports.nested);
  mustBeAllowed({ after: connection });
  const at = nowOf(ports);
  const record: NestedDirectoryRecord = {
    id: newDirectoryId(ports.random),
    ...{ organizationId: params.organizationId, kind: body.kind, name: body.name, state: 'active' },
    ...{ version: 1, created: at, lastModified: at },
    connection,
    ...(body.acknowledgeLimitations === true ? { acknowledged: { by: caller.actor, at } } : {}),
    settings: patched(NestedDirectorySettings.parse({}), body.settings ?? {}),
    settingsVersion: 1,
  };
  mustFit(record);
  const facts = {
    name: record.name,
    tenant: record.connection.tenantId ?? '',
    ...(record.acknowledged === undefined ? {} : { limitations: 'acknowledged' }),
  };
  await ports.registry.createDirectory(
    record,
    auditDraft(call, 'directory.created', { subject: record.id, facts }),
  );
  const secret = ports.nested.secret(record.connection.credential);
  const view = nestedView(record, {
    ...{ state: { rereads: [] }, run: undefined, secret, isOffered: true },
    now: ports.random.now(),
  });
  const consent = needsConsent(record, ports.nested) ? { consent: await consentLink(record, ports) } : {};
  return {
    body: { ...view, ...consent },
    again: view,
    version: record.version,
    location: `/api/v1/orgs/${record.organizationId}/directories/${record.id}`,
  };
}

export async function nestedAnswer(record: NestedDirectoryRecord, ports: AdminPorts): Promise<Answer> {
  const facts = await nestedFacts(record, ports, ports.random.now());
  return { body: nestedView(record, facts), version: record.version };
}

/** The site's own identity is granted by whoever deploys; an app is consented to by the tenant. */
const needsConsent = ({ connection }: NestedDirectoryRecord, { learnsTenant }: NestedPorts): boolean =>
  !learnsTenant && connection.credential.kind !== 'managed-identity';

/** A link that works once, for 15 minutes. */
export async function consentLink(record: NestedDirectoryRecord, ports: AdminPorts) {
  const { cloud, credential, tenantId } = record.connection;
  if (credential.kind === 'managed-identity' || tenantId === undefined) {
    throw new Refusal(
      'conflict',
      'The managed identity of the installation is granted its permissions by whoever deploys.',
      {
        reason: 'consent_not_needed',
      },
    );
  }
  const state = Buffer.from(ports.random.randomBytes(32)).toString('base64url');
  const expires = ports.random.now() + consentMilliseconds;
  const { id: directoryId, organizationId } = record;
  await ports.nested.consents.open(secretHash(state), { organizationId, directoryId, expires });
  const redirectUri = `${ports.publicOrigin}/consent/callback`;
  const { clientId } = credential;
  return {
    url: ports.nested.consentUrl({ cloud, tenantId, clientId, redirectUri, state }),
    expires: new Date(expires).toISOString(),
    permissions: [...requiredPermissions],
  };
}

const consentMilliseconds = 15 * 60_000;
