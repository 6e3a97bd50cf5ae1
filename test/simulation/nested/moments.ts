import { snapshotOf } from '../../../tools/simulated-tenant/graph/tenant-view.ts';
import type { Facts } from '../../../tools/simulated-tenant/oracle.ts';
import type { Tenant } from '../../../tools/simulated-tenant/tenant.ts';

/** The tenant as it was whenever a run may have looked at it. */
export class Moments {
  readonly #tenant: Tenant;
  #seen: { readonly position: number; readonly facts: Facts }[] = [];

  constructor(tenant: Tenant) {
    this.#tenant = tenant;
    this.note();
  }

  /** The tenant may have moved on. */
  note(): void {
    const { position } = this.#tenant;
    if (this.#seen.at(-1)?.position !== position)
      this.#seen.push({ position, facts: snapshotOf(this.#tenant) });
  }

  /** Nobody will ask for what was before this position of the change log. */
  forgetBefore(position: number): void {
    const first = this.#seen.findLastIndex((moment) => moment.position <= position);
    this.#seen = this.#seen.slice(Math.max(0, first));
  }

  /** The position of the first of them. */
  get first(): number {
    return this.#seen[0]?.position ?? 0;
  }

  get all(): readonly Facts[] {
    return this.#seen.map(({ facts }) => facts);
  }
}
