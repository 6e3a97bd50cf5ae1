import { type CryptoKey, createLocalJWKSet, errors, type JWSHeaderParameters } from 'jose';
import { z } from 'zod';
import { Refusal } from '../model/refusal.ts';

/**
 * The signing keys an issuer publishes. Known keys keep working while the issuer is down; a key id that is not known asks it at
 * most once in five minutes, so that a flood of made-up tokens does not become a flood of requests (T16).
 */
export class SigningKeys {
  readonly #url: string;
  readonly #now: () => number;
  #known: ReturnType<typeof createLocalJWKSet> | undefined;
  #asked = Number.NEGATIVE_INFINITY;
  #fetched = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(url: string, now: () => number) {
    this.#url = url;
    this.#now = now;
  }

  /** The key that a token's header names; throws jose's error when there is none. */
  async keyOf(header: JWSHeaderParameters): Promise<CryptoKey> {
    if (this.#known === undefined || this.#now() - this.#fetched > refreshAfterMilliseconds)
      await this.#ask();
    try {
      return await this.#find(header);
    } catch (unknown) {
      if (!(unknown instanceof errors.JWKSNoMatchingKey)) throw unknown;
      await this.#ask();
      return await this.#find(header);
    }
  }

  async #find(header: JWSHeaderParameters): Promise<CryptoKey> {
    if (this.#known === undefined) {
      throw new Refusal('busy', 'The signing keys of the tenant cannot be read now.', {
        headers: { 'retry-after': '30' },
      });
    }
    return await this.#known(header);
  }

  async #ask(): Promise<void> {
    const pause = this.#known === undefined ? pauseWithoutKeysMilliseconds : pauseMilliseconds;
    if (this.#asking === undefined && this.#now() - this.#asked >= pause) {
      this.#asked = this.#now();
      this.#asking = this.#fetch().finally(() => {
        this.#asking = undefined;
      });
    }
    await this.#asking;
  }

  async #fetch(): Promise<void> {
    try {
      const response = await fetch(this.#url, { redirect: 'error', signal: AbortSignal.timeout(5_000) });
      if (!response.ok) return;
      const { keys } = KeySet.parse(await response.json());
      this.#known = createLocalJWKSet({ keys: keys.filter((key) => key.kty === 'RSA') });
      this.#fetched = this.#now();
    } catch {
      // An issuer that is down leaves the known keys as they are; without any, #find says so to the caller.
    }
  }
}

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

const pauseMilliseconds = 5 * 60_000;
const pauseWithoutKeysMilliseconds = 10_000;
const refreshAfterMilliseconds = 24 * 60 * 60_000;
