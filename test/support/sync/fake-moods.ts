import type { GraphFault } from '../../../shared/sync/graph-port.ts';
import { resyncRequired } from './fake-answers.ts';
import type { ReadTenant } from './read-tenant.ts';
import type { TenantState } from './tenant-history.ts';

/** What chance makes of an answer of a tenant: whether there is one, and as of when. */
export class FakeMoods {
  readonly tenant: ReadTenant;
  readonly random: () => number;
  readonly #now: () => number;

  constructor(tenant: ReadTenant, { random, now }: { random: () => number; now: () => number }) {
    this.tenant = tenant;
    this.random = random;
    this.#now = now;
  }

  get faults() {
    return this.tenant.faults;
  }

  chance(of: number): boolean {
    return of > 0 && this.random() < of;
  }

  /** The tenant as the replica that answers now has it. */
  replica(lags: number): TenantState {
    const { history, lagSeconds } = this.tenant;
    const { position } = history;
    if (!this.chance(lags)) return history.latest;
    const least = history.positionBefore(this.#now() - lagSeconds * 1000);
    return history.state(least + Math.floor(this.random() * (position - least + 1)));
  }

  fault(onLink: boolean): GraphFault | undefined {
    const { throttled, transient, malformed, resync, tokenDead } = this.faults;
    if (this.chance(throttled))
      return { kind: 'throttled', detail: 'too many requests', retryAfterSeconds: 2.5 };
    if (this.chance(transient)) return { kind: 'transient', detail: 'bad gateway' };
    if (this.chance(malformed)) return { kind: 'malformed', detail: 'truncated' };
    if (onLink && this.chance(resync)) return resyncRequired.fault;
    if (onLink && this.chance(tokenDead)) return { kind: 'token-dead', detail: 'expired page token' };
    return undefined;
  }

  listFault(link: string): GraphFault | undefined {
    if (this.chance(this.faults.goneInLists)) return resyncRequired.fault;
    return this.fault(link !== '');
  }

  checkFault(): GraphFault | undefined {
    if (!this.chance(this.faults.unanswered)) return undefined;
    const kinds = ['throttled', 'transient', 'malformed'] as const;
    return { kind: kinds[Math.floor(this.random() * kinds.length)] ?? 'transient', detail: 'no answer' };
  }
}
