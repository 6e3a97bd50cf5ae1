import { Refusal } from '../model/refusal.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';

/** A bucket of attempts to log in: each takes one, a good one gives it back, and they come back with time. */
export interface LoginAttempts {
  /** Refusal `busy` when there are none left, before anything is looked up. `at` in milliseconds. */
  take(at: number): void;
  giveBack(): void;
}

export function loginAttempts(bounds: { readonly burst: number; readonly perSecond: number }): LoginAttempts {
  const { burst, perSecond } = bounds;
  let left = burst;
  let since = Number.NEGATIVE_INFINITY;
  return {
    take(at) {
      // A clock that was put back neither gives nor takes.
      left = Math.min(burst, left + (Math.max(0, at - since) / 1000) * perSecond);
      since = at;
      if (left < 1) throw tooMany(bounds, Math.max(1, Math.ceil((1 - left) / perSecond)));
      left--;
    },
    giveBack: () => {
      left = Math.min(burst, left + 1);
    },
  };
}

const tooMany = (bounds: { readonly burst: number; readonly perSecond: number }, retryAfterSeconds: number) =>
  new Refusal('busy', 'Too many calls with tokens that are not valid here. Try again shortly.', {
    reason: 'too_many_failed_logins',
    headers: rateLimitHeaders({
      ...{ policy: 'failed-logins', quota: bounds.burst, retryAfterSeconds },
      windowSeconds: Math.ceil(bounds.burst / bounds.perSecond),
    }),
  });
