import type { SeededRandom } from '../simulated-tenant/seeded-random.ts';
import type { ScimCalls } from './scim-calls.ts';

/** What the service has acknowledged to one worker, and must therefore hold. */
export interface Acknowledged {
  readonly users: Map<string, UserFacts>;
  readonly groups: Map<string, { readonly displayName: string; readonly members: Set<string> }>;
  /** This worker's own users in groups that all workers change. */
  readonly shared: Map<string, Set<string>>;
}

export interface UserFacts {
  readonly userName: string;
  title: string;
  active: boolean;
}

/** What the operations of one worker share. */
export interface Desk extends Acknowledged {
  readonly name: string;
  readonly random: SeededRandom;
  readonly calls: ScimCalls;
  /** A number that no other name or title of this worker has. */
  readonly serial: () => number;
}

export interface Operation {
  /** How often it is done, beside the others. */
  readonly weight: number;
  readonly fits: () => boolean;
  readonly act: () => Promise<void>;
}
