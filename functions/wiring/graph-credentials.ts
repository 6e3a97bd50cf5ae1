import type { NestedConnection } from '../../shared/admin/nested-record.ts';
import type { GraphCredential, SigningIn } from '../../shared/graph/sign-in.ts';
import { graphSecret, type Settings } from '../settings.ts';

/** A tenant, and with what of the settings it is signed in to. */
export function graphConnectionOf(
  { cloud, tenantId = '', credential }: NestedConnection,
  settings: Settings,
): SigningIn {
  return { cloud, tenantId, credential: credentialOf(credential, settings) };
}

function credentialOf(credential: NestedConnection['credential'], settings: Settings): GraphCredential {
  const identity = settings.GRAPH_MANAGED_IDENTITY_CLIENT_ID ?? settings.DirectoryStorage__clientId;
  switch (credential.kind) {
    case 'managed-identity':
      return identity === undefined ? noIdentity : { kind: credential.kind, clientId: identity };
    case 'federated':
      return identity === undefined
        ? noIdentity
        : { kind: credential.kind, clientId: credential.clientId, managedIdentityClientId: identity };
    case 'client-secret':
    case 'certificate': {
      const { kind, clientId, secretSetting } = credential;
      const secret = graphSecret(secretSetting);
      if (secret === undefined) return { kind: 'missing', setting: secretSetting };
      return kind === 'certificate'
        ? { kind, clientId, certificate: secret }
        : { kind, clientId, clientSecret: secret };
    }
  }
}

const noIdentity: GraphCredential = { kind: 'missing', setting: 'GRAPH_MANAGED_IDENTITY_CLIENT_ID' };
