import type { NestedConnection } from '../../shared/admin/nested-record.ts';
import type { GraphCredential, SigningIn } from '../../shared/graph/sign-in.ts';
import { Refusal } from '../../shared/model/refusal.ts';
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
      return { kind: credential.kind, clientId: identity ?? missing('GRAPH_MANAGED_IDENTITY_CLIENT_ID') };
    case 'federated': {
      const managedIdentityClientId = identity ?? missing('GRAPH_MANAGED_IDENTITY_CLIENT_ID');
      return { kind: credential.kind, clientId: credential.clientId, managedIdentityClientId };
    }
    case 'client-secret':
    case 'certificate': {
      const { kind, clientId, secretSetting } = credential;
      const secret = graphSecret(secretSetting) ?? missing(secretSetting);
      return kind === 'certificate'
        ? { kind, clientId, certificate: secret }
        : { kind, clientId, clientSecret: secret };
    }
  }
}

function missing(setting: string): never {
  throw new Refusal(
    'conflict',
    `The installation cannot sign in to the tenant: it has no setting ${setting}.`,
    {
      reason: 'credential_missing',
    },
  );
}
