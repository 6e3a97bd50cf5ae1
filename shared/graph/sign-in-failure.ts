import { GraphFailure } from './graph-failure.ts';
import { retryAfterSeconds } from './retry-after.ts';
import type { HeardAnswer } from './sign-in.ts';

/**
 * Why no token came. The library throws one error for an outage and a refusal alike; what tells them apart is further down its
 * chain of causes: a status, an OAuth error, a number of Entra's ("AADSTS…"), or that the network failed.
 */
export function signInFailure(cause: unknown, last: HeardAnswer | undefined, now: number): GraphFailure {
  if (cause instanceof GraphFailure) return cause;
  const found = saidBy(cause);
  const said = { ...found, status: found.status || (last?.status ?? 0) };
  const asked = retryAfterSeconds(last?.retryAfter ?? null, now);
  const facts = {
    ...{ status: said.status, cause },
    ...(asked === undefined ? {} : { retryAfterSeconds: asked }),
  };
  const what = said.number === '' ? said.error || String(said.status) : `AADSTS${said.number}`;
  switch (verdictOn(said)) {
    case 'refused':
      return new GraphFailure(
        'unauthorized',
        `the sign-in service refused to issue a token (${what})`,
        facts,
      );
    case 'credential': {
      const signIn = 'credential_rejected' as const;
      const message = `the sign-in service did not accept the app's secret, certificate or trust, or the site's identity (${what})`;
      return new GraphFailure('unauthorized', message, { ...facts, signIn });
    }
    case 'throttled':
      return new GraphFailure('throttled', 'the sign-in service asks to be left alone', facts);
    case 'outage':
      return new GraphFailure('transient', 'the sign-in service could not be reached or is failing', facts);
  }
}

interface Said {
  /** Of HTTP; 0 when there is none. */
  readonly status: number;
  /** Of OAuth, or the library's own. */
  readonly error: string;
  /** Entra's. */
  readonly number: string;
  /** The endpoint of managed identities said it. */
  readonly ofIdentity: boolean;
}

function verdictOn({ status, error, number, ofIdentity }: Said) {
  if (consentNumbers.has(number)) return 'refused';
  if (credentialNumbers.has(number) || error === 'invalid_client') return 'credential';
  if (status === 429) return 'throttled';
  if (status >= 500 || passingStatuses.has(status)) return 'outage';
  if (status >= 400) return ofIdentity ? 'credential' : 'refused';
  return refusals.has(error) ? 'refused' : 'outage';
}

/** 404 and 410 are what the endpoint of managed identities answers while it is being set up. */
const passingStatuses: ReadonlySet<number> = new Set([404, 408, 410]);

/** The app is not there, is turned off, or was not consented to; some of these come as `invalid_client` too. */
const consentNumbers: ReadonlySet<string> = new Set(['65001', '700016', '7000112', '7000229']);

/** Wrong and expired secrets, certificates, and federated trust; some of these come as `invalid_request`. */
const credentialNumbers: ReadonlySet<string> = new Set([
  ...['7000215', '7000222', '700024', '700027', '700030'],
  ...['70021', '700211', '700212', '700213', '7002137', '7002138'],
]);

/** OAuth errors for which the library keeps no status. */
const refusals: ReadonlySet<string> = new Set([
  ...['invalid_grant', 'unauthorized_client', 'access_denied', 'invalid_scope', 'invalid_request'],
  ...['interaction_required', 'consent_required', 'login_required'],
]);

/** What each error of the chain has to say; the first that says a thing counts. */
function saidBy(thrown: unknown): Said {
  let said: Said = { status: 0, error: '', number: '', ofIdentity: false };
  let error = thrown;
  for (let depth = 0; depth < causesMax && typeof error === 'object' && error !== null; depth++) {
    said = {
      status: said.status || numberIn(error, 'status') || numberIn(error, 'statusCode'),
      error: said.error || textIn(error, 'errorCode'),
      number: said.number || /AADSTS(\d+)/.exec(textIn(error, 'message'))?.[1] || '',
      ofIdentity: said.ofIdentity || textIn(error, 'name') === 'CredentialUnavailableError',
    };
    error = 'cause' in error ? error.cause : undefined;
  }
  return said;
}

const causesMax = 6;

const numberIn = (error: object, name: string): number => {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'number' ? value : 0;
};

const textIn = (error: object, name: string): string => {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : '';
};
