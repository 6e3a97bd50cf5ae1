/** One request and how long its whole answer took. */
export interface Exchange {
  readonly step: string;
  readonly status: number;
  readonly milliseconds: number;
}

export interface Asked {
  readonly step: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly key?: string;
  /** Of the Functions host, for what is its own. */
  readonly hostKey?: string;
  readonly body?: object;
  /** Statuses that are right. */
  readonly expect: readonly number[];
}

export interface SmokeClient {
  readonly exchanges: readonly Exchange[];
  readonly faults: readonly string[];
  /** Sends and checks; the body of the answer, or undefined when it was wrong or had none. */
  ask(asked: Asked): Promise<Body | undefined>;
  fault(sentence: string): void;
}

export type Body = Readonly<Record<string, unknown>>;

const timeoutMilliseconds = 30_000;

export function smokeClient(): SmokeClient {
  const exchanges: Exchange[] = [];
  const faults: string[] = [];
  return {
    exchanges,
    faults,
    fault: (sentence) => faults.push(sentence),
    async ask({ step, method, url, key, hostKey, body, expect }) {
      const from = performance.now();
      const answer = await fetch(url, {
        method,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMilliseconds),
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(hostKey === undefined ? {} : { 'x-functions-key': hostKey }),
          ...(body === undefined ? {} : { 'content-type': contentTypeFor(url) }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      exchanges.push({ step, status: answer.status, milliseconds: performance.now() - from });
      if (!expect.includes(answer.status)) {
        faults.push(`${step}: ${answer.status} instead of ${expect.join(' or ')}: ${text.slice(0, 300)}`);
        return undefined;
      }
      return text === '' ? {} : JSON.parse(text);
    },
  };
}

const contentTypeFor = (url: string): string =>
  url.includes('/scim/v2/') ? 'application/scim+json' : 'application/json';
