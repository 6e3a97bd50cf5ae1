import type { ClientSecretCredentialOptions } from '@azure/identity';

type HttpClient = NonNullable<ClientSecretCredentialOptions['httpClient']>;
type SignInRequest = Parameters<HttpClient['sendRequest']>[0];
type SignInResponse = Awaited<ReturnType<HttpClient['sendRequest']>>;

/** What the sign-in service says, or how the way to it breaks. */
export type SignInAnswer =
  | { readonly status: number; readonly body: object | string; readonly headers?: Record<string, string> }
  | Error;

/** Entra's token endpoint, and the endpoint of managed identities, as the wire below the real credentials. */
export class SignInService {
  readonly asked: { readonly url: string; readonly body: string; readonly timeout: number }[] = [];
  answer: SignInAnswer;
  /** Of the endpoint of managed identities. */
  identity: SignInAnswer = identityToken('assertion');

  constructor(answer: SignInAnswer) {
    this.answer = answer;
  }

  readonly httpClient: HttpClient = {
    sendRequest: async (request) => {
      this.asked.push({ url: request.url, body: String(request.body ?? ''), timeout: request.timeout });
      const answer = request.url.startsWith('https://login.') ? this.answer : this.identity;
      if (answer instanceof Error) throw answer;
      return answered(request, answer);
    },
  };
}

function answered(request: SignInRequest, answer: Exclude<SignInAnswer, Error>): SignInResponse {
  const { status, body } = answer;
  return {
    request,
    status,
    headers: new WireHeaders(answer.headers ?? {}),
    bodyAsText: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** As the service refuses: an OAuth error, and the number of its own in text and list. */
export const refusal = (error: string, code: number, status = 400): SignInAnswer => ({
  status,
  body: { error, error_description: `AADSTS${code}: no. Trace ID: x`, error_codes: [code] },
});

/** A token of `tenantId` that is to be renewed with every call. */
export const issued = (tenantId: string, roles: readonly string[] = []): SignInAnswer => ({
  status: 200,
  body: { token_type: 'Bearer', expires_in: 1, access_token: tokenOf({ tid: tenantId, roles }) },
});

/** A token of the site's own identity, as App Service and virtual machines give it. */
export const identityToken = (token: string): SignInAnswer => ({
  status: 200,
  body: { access_token: token, expires_on: '4000000000', token_type: 'Bearer', resource: 'any' },
});

/** A token with these claims; its signature is nobody's. */
export const tokenOf = (claims: object): string =>
  `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

type Headers = SignInResponse['headers'];

class WireHeaders implements Headers {
  readonly #values: Map<string, string>;

  constructor(values: Record<string, string>) {
    this.#values = new Map(Object.entries(values));
  }

  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase());
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  set(name: string, value: string | number | boolean): void {
    this.#values.set(name.toLowerCase(), String(value));
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(this.#values);
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.#values[Symbol.iterator]();
  }
}
