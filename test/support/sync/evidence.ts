import type { NestedSettings } from '../../../shared/sync/settings.ts';
import type { FakeTenant } from './fake-tenant.ts';
import { type Truth, truthOf } from './oracle.ts';
import type { Registered } from './tenant-history.ts';

/** Positions of the tenant in a completed run's tokens, and when it had checked the tenant. */
interface Heard {
  readonly users: number;
  readonly groups: number;
  readonly checkedAt: number;
}

/** What a run may have seen of a tenant: removals must be true there. */
export class Evidence {
  readonly #tenant: FakeTenant;
  readonly #heard: Heard[] = [];
  readonly #known = new Map<string, Truth>();
  readonly #numbers = new Map<object, number>();

  constructor(tenant: FakeTenant) {
    this.#tenant = tenant;
  }

  completed(heard: Heard): void {
    this.#heard.push(heard);
  }

  /** What was true under the settings of a run at each moment since the last completed one read on from. */
  *moments(settings: NestedSettings): Iterable<ReadonlySet<string>> {
    const { history } = this.#tenant;
    const { users, groups, checkedAt } = this.#heard.at(-1) ?? { users: 0, groups: 0, checkedAt: 0 };
    const said = history.registeredSince(history.positionBefore(checkedAt - this.#tenant.lagSeconds * 1000));
    for (let position = Math.min(users, groups); position <= history.position; position++)
      for (const registered of said) yield this.#truth(position, { settings, registered }).pairs;
  }

  /** Objects that were deleted and restored again between two of their stream's tokens: to Graph's readers they are merely changed. */
  unseenSleepers(): ReadonlySet<string> {
    const { history } = this.#tenant;
    const pauses = this.#heard.slice(1).flatMap((heard, run) =>
      (['users', 'groups'] as const).map((resource) => {
        const from = this.#heard[run]?.[resource] ?? 0;
        return { resource, from, to: heard[resource] };
      }),
    );
    return new Set(pauses.flatMap((pause) => history.sleptWithin(pause)));
  }

  #truth(
    position: number,
    { settings, registered }: { settings: NestedSettings; registered: Registered },
  ): Truth {
    const key = `${position} ${this.#numberOf(settings)} ${this.#numberOf(registered)}`;
    const known = this.#known.get(key) ?? truthOf(this.#tenant.history.state(position), settings, registered);
    this.#known.set(key, known);
    return known;
  }

  #numberOf(rules: object): number {
    const number = this.#numbers.get(rules) ?? this.#numbers.size;
    this.#numbers.set(rules, number);
    return number;
  }
}
