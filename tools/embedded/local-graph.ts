/** A Graph endpoint on this machine that every nested directory reads instead of Microsoft's; the local host alone knows of it. */
export interface LocalGraph {
  /** Without a trailing slash, such as `http://127.0.0.1:8080/v1.0`. */
  readonly url: string;
  readonly token: string;
}

/** From LOCAL_GRAPH_URL and LOCAL_GRAPH_TOKEN; throws one sentence for any host but this machine's loopback. */
export function parseLocalGraph(
  environment: Readonly<Record<string, string | undefined>>,
): LocalGraph | undefined {
  const { LOCAL_GRAPH_URL: text, LOCAL_GRAPH_TOKEN: token } = environment;
  if (!text && !token) return undefined;
  if (!text || !token) throw new Error('LOCAL_GRAPH_URL and LOCAL_GRAPH_TOKEN must be set together.');
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'http:' || !loopbackHosts.has(url.hostname) || url.username !== '') {
    throw new Error(
      'LOCAL_GRAPH_URL must be an http URL on 127.0.0.1, localhost or [::1]: it is for tests on one machine.',
    );
  }
  if (url.search !== '' || url.hash !== '')
    throw new Error('LOCAL_GRAPH_URL must not have a query or a fragment.');
  return { url: url.href.replace(/\/+$/, ''), token };
}

const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
