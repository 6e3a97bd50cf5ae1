/** A Microsoft cloud: sign-in authority, token scope and service address must belong together (graph.md §1.8). */
export interface Cloud {
  readonly authority: string;
  readonly graph: string;
  /** Audience of a token that is exchanged for another app's: what the federated credential of that app trusts. */
  readonly tokenExchange: string;
}

export type CloudName = 'public' | 'us-government' | 'us-government-dod' | 'china';

export const clouds: Readonly<Record<CloudName, Cloud>> = {
  public: {
    authority: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    tokenExchange: 'api://AzureADTokenExchange',
  },
  'us-government': {
    authority: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
    tokenExchange: 'api://AzureADTokenExchangeUSGov',
  },
  'us-government-dod': {
    authority: 'https://login.microsoftonline.us',
    graph: 'https://dod-graph.microsoft.us',
    tokenExchange: 'api://AzureADTokenExchangeUSGov',
  },
  china: {
    authority: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    tokenExchange: 'api://AzureADTokenExchangeChina',
  },
};

export const serviceUrlOf = (cloud: CloudName): string => `${clouds[cloud].graph}/v1.0`;
export const scopeOf = (cloud: CloudName): string => `${clouds[cloud].graph}/.default`;

/** The page where a tenant's administrator consents to a multi-tenant app; it comes back to `redirectUri` with `state`. */
export function adminConsentUrl(request: {
  readonly cloud: CloudName;
  readonly tenantId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string;
}): string {
  const url = new URL(
    `${clouds[request.cloud].authority}/${encodeURIComponent(request.tenantId)}/v2.0/adminconsent`,
  );
  url.searchParams.set('client_id', request.clientId);
  url.searchParams.set('redirect_uri', request.redirectUri);
  url.searchParams.set('state', request.state);
  url.searchParams.set('scope', scopeOf(request.cloud));
  return url.href;
}
