import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '../../shared/model/json.ts';
import {
  newScimSender,
  type ScimAnswer,
  type ScimCall,
  type ScimSender,
} from '../simulated-tenant/provisioning/scim-sender.ts';

/** An answer, and whether an earlier attempt may have been carried out without our hearing of it. */
export interface Answered extends ScimAnswer {
  readonly repeated: boolean;
}

export interface ScimCalls {
  /** Tries until it is answered by something else than an outage; a 500 is kept as a fault and tried again as well. */
  readonly send: (call: ScimCall) => Promise<Answered>;
  readonly sender: ScimSender;
  readonly tally: CallTally;
}

export interface CallTally {
  readonly latencies: Latencies;
  outages: number;
  /** Answers that no outage excuses, the first few as text. */
  readonly bugs: string[];
}

export function scimCalls(
  connection: { tenantUrl: string; secretToken: string },
  parallel: number,
): ScimCalls {
  const sender = newScimSender({ ...connection, parallel, attempts: 1 });
  const tally: CallTally = { latencies: new Latencies(), outages: 0, bugs: [] };
  return {
    sender,
    tally,
    async send(call) {
      for (let attempt = 1; attempt <= attemptsMax; attempt++) {
        const begun = performance.now();
        const answer = await sender.send(call);
        tally.latencies.note(performance.now() - begun);
        if (answer.status < 500 && answer.status !== 429) return { ...answer, repeated: attempt > 1 };
        noteFailure(tally, call, answer);
        // Shorter than Retry-After says: more to do in the same time.
        await pause(Math.min(attempt * 20, 500));
      }
      throw new Error(`${call.method} ${call.path} was not answered in ${attemptsMax} attempts`);
    },
  };
}

function noteFailure(tally: CallTally, call: ScimCall, answer: ScimAnswer): void {
  if (answer.status === 503 || answer.status === 429) tally.outages++;
  else if (tally.bugs.length < bugsKeptMax) tally.bugs.push(faultOf(call, answer));
}

const attemptsMax = 200;
const bugsKeptMax = 10;

const faultOf = (
  { method, path }: ScimCall,
  { status, body }: { status: number; body: JsonObject | undefined },
) => `${method} ${path.split('?')[0]} was answered ${status}: ${JSON.stringify(body).slice(0, 200)}`;

/** Latencies in buckets that grow by a quarter: quantiles without keeping each, so that the load itself stays flat. */
export class Latencies {
  readonly #buckets: number[] = [];
  count = 0;
  max = 0;

  note(milliseconds: number): void {
    const bucket = Math.max(0, Math.ceil(Math.log(Math.max(1, milliseconds)) / Math.log(1.25)));
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.count++;
    this.max = Math.max(this.max, milliseconds);
  }

  quantile(share: number): number {
    let seen = 0;
    for (const [bucket, held] of this.#buckets.entries()) {
      seen += held ?? 0;
      if (seen >= this.count * share) return Math.min(this.max, 1.25 ** bucket);
    }
    return this.max;
  }
}
