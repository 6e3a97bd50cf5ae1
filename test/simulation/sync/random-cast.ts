import { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { crowd, live } from './random-life.ts';
import { type Kinds, register } from './random-tenant.ts';
import { RemovalCount } from './removal-count.ts';
import { SimulatedAdmin } from './simulated-admin.ts';

/** Who plays in a world, and what it is like for all of its life. */
export interface Cast {
  readonly sync: SimulatedSync;
  readonly count: RemovalCount;
  readonly admin: SimulatedAdmin;
  readonly kinds: Kinds;
  /** Scopes, domains and guests are chosen, and chosen anew. */
  readonly hasRules: boolean;
  /** The permission to read hidden members comes and goes. */
  readonly hidesNow: boolean;
  readonly lagsForLong: boolean;
  /** Milliseconds between two runs: more than replicas lag, and perhaps longer than a check is good for. */
  readonly pause: number;
}

/**
 * Swarm: each seed has its own subset of faults, of settings and of care. Replicas lag less than the pause between two runs, or, in some
 * worlds, as long as they like: there only a complete enumeration is promised to be exact, and what an old list took away is no lie.
 */
export function castOf(seed: number): Cast {
  const sync = new SimulatedSync(seed);
  const { random, tenant, consumer } = sync;
  sync.roughQueue = true;
  const lagsForLong = random() < 0.15;
  consumer.isStrict = !lagsForLong;
  if (lagsForLong) tenant.lagSeconds = 1_000_000;
  const hasRules = random() < 0.7;
  const kinds = { dynamic: random() < 0.2, hidden: random() < 0.3 };
  const hidesNow = kinds.hidden && random() < 0.7;
  const pause = random() < 0.5 ? 7_200_000 : 120_000;
  const count = new RemovalCount(sync);
  const admin = new SimulatedAdmin(sync, count, { baseline: random() < 0.5 ? 'lists' : 'delta' });
  if (hasRules) admin.takesRules();
  if (random() < 0.5) admin.setsSafeguard();
  live(tenant, random, 60, kinds);
  if (random() < 0.3) crowd(tenant, random);
  if (hasRules) for (let times = 0; times < 12; times++) register(tenant, random);
  admin.confirms();
  return { sync, count, admin, kinds, hasRules, hidesNow, lagsForLong, pause };
}
