/** What stood in a request's way. */
export interface SpentLimit {
  readonly policy: string;
  readonly quota: number;
  readonly retryAfterSeconds: number;
  /** What the quota counts, where that is not requests in the window. */
  readonly unit?: 'concurrent-requests';
  readonly windowSeconds?: number;
}

/** Headers of a 429: Retry-After, and RateLimit in the form of the IETF draft and in that of its older versions, which clients read. */
export function rateLimitHeaders(spent: SpentLimit): Readonly<Record<string, string>> {
  const { policy, quota, retryAfterSeconds, unit, windowSeconds } = spent;
  const kind = unit === undefined ? '' : `;qu="${unit}"`;
  const window = windowSeconds === undefined ? '' : `;w=${windowSeconds}`;
  return {
    'retry-after': String(retryAfterSeconds),
    'ratelimit-policy': `"${policy}";q=${quota}${kind}${window}`,
    ratelimit: `"${policy}";r=0;t=${retryAfterSeconds}`,
    'ratelimit-limit': String(quota),
    'ratelimit-remaining': '0',
    'ratelimit-reset': String(retryAfterSeconds),
  };
}
