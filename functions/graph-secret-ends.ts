import { X509Certificate } from 'node:crypto';
import type { GraphSecret } from '../shared/admin/graph-secret.ts';
import type { ConnectionCredential } from '../shared/admin/nested-record.ts';
import { graphSecret, graphSecretExpires } from './settings.ts';

/**
 * When what a credential signs in with ends. A certificate says so itself. A secret does not, and asking Entra for it would take
 * the right to read every application: whoever puts it into its setting says when it ends in `…_EXPIRES`.
 */
export function graphSecretOf(credential: ConnectionCredential): GraphSecret | undefined {
  switch (credential.kind) {
    case 'managed-identity':
    case 'federated':
      return undefined;
    case 'certificate':
      return { setting: credential.secretSetting, ...validityOf(graphSecret(credential.secretSetting)) };
    case 'client-secret': {
      const { secretSetting: setting } = credential;
      const expires = graphSecretExpires(setting);
      return { setting, ...(expires === undefined ? {} : { expires }) };
    }
  }
}

/** Of nothing, or of what is no certificate, nothing: signing in says what is wrong with it. */
function validityOf(pem: string | undefined): { readonly created?: string; readonly expires?: string } {
  if (pem === undefined || !pem.includes('-----BEGIN CERTIFICATE-----')) return {};
  try {
    const { validFromDate, validToDate } = new X509Certificate(pem);
    return { created: validFromDate.toISOString(), expires: validToDate.toISOString() };
  } catch {
    return {};
  }
}
