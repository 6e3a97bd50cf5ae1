import type { z } from 'zod';
import { Refusal } from '../model/refusal.ts';
import type { ConnectionDraft } from './contract/nested-directory.ts';
import type { NestedPorts } from './nested-ports.ts';
import type { ConnectionCredential, NestedConnection } from './nested-record.ts';

export type ConnectionSent = z.output<typeof ConnectionDraft>;

/** A connection with what was left out filled in. Refusal `invalid-value` for what the installation cannot fill in. */
export function connectionOf(
  sent: ConnectionSent,
  { defaults, learnsTenant }: NestedPorts,
  before?: NestedConnection,
): NestedConnection {
  const tenantId = sent.tenantId ?? before?.tenantId;
  if (tenantId === undefined && !learnsTenant) {
    throw invalid('/connection/tenantId', 'is needed: the id of the tenant that is to be read');
  }
  const displayName =
    sent.tenantId === undefined || sent.tenantId === before?.tenantId ? before?.displayName : undefined;
  return {
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(displayName === undefined ? {} : { displayName }),
    cloud: sent.cloud ?? before?.cloud ?? defaults.cloud,
    credential:
      sent.credential === undefined && before !== undefined
        ? before.credential
        : credentialOf(sent, defaults),
  };
}

/** As the installation is set up to sign in; undefined where it names no app. */
export function usualSignIn({ kind, clientId, cloud }: NestedPorts['defaults']): SignIn | undefined {
  if (kind !== 'managed-identity' && clientId === undefined) return undefined;
  return { cloud, credential: credentialOf({}, { kind, clientId, cloud }) };
}

export type SignIn = Pick<NestedConnection, 'cloud' | 'credential'>;

function credentialOf(
  { credential }: ConnectionSent,
  defaults: NestedPorts['defaults'],
): ConnectionCredential {
  const kind = credential?.kind ?? defaults.kind;
  if (kind === 'managed-identity') return { kind };
  const clientId =
    (credential !== undefined && 'clientId' in credential && credential.clientId) || defaults.clientId;
  if (clientId === undefined) {
    throw invalid('/connection/credential/clientId', 'is needed: the installation has no GRAPH_CLIENT_ID');
  }
  if (kind === 'federated') return { kind, clientId };
  const sent =
    credential !== undefined && 'secretSetting' in credential ? credential.secretSetting : undefined;
  return { kind, clientId, secretSetting: sent ?? secretSettings[kind] };
}

const secretSettings = {
  'client-secret': 'GRAPH_CLIENT_SECRET',
  certificate: 'GRAPH_CLIENT_CERTIFICATE',
} as const;

const invalid = (pointer: string, detail: string) =>
  new Refusal('invalid-value', 'The connection is not complete.', { errors: [{ pointer, detail }] });
