import { Refusal } from '../../../shared/model/refusal.ts';
import { cancelRun, decideRun } from '../../../shared/sync/run-orders.ts';
import type { NestedSettings } from '../../../shared/sync/settings.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { changedRules, randomRules, randomSafeguard } from './random-settings.ts';
import { pick } from './random-tenant.ts';
import type { RemovalCount } from './removal-count.ts';

/** A person who sets, confirms and decides, and forgets to. */
export class SimulatedAdmin {
  settings: Partial<NestedSettings>;
  readonly #sync: SimulatedSync;
  readonly #count: RemovalCount;

  constructor(sync: SimulatedSync, count: RemovalCount, settings: Partial<NestedSettings>) {
    this.#sync = sync;
    this.#count = count;
    this.settings = settings;
  }

  changesRules(): void {
    this.settings = { ...changedRules(this.settings, this.#sync.random) };
  }

  takesRules(): void {
    this.settings = { ...this.settings, ...randomRules(this.#sync.random) };
  }

  setsSafeguard(): void {
    this.settings = { ...this.settings, safeguard: randomSafeguard(this.#sync.random) };
  }

  confirms(): void {
    this.#sync.confirmedDomains = this.#sync.tenant.registered.domains;
  }

  /** What a person may do about a run that waits; it may wait again, and longer than they think of it. */
  async attends(): Promise<void> {
    const { random } = this.#sync;
    while (await this.#isAwaited()) {
      const acts = [
        this.approves,
        this.approves,
        this.approvesLate,
        this.rejects,
        this.looksElsewhere,
        this.cancels,
      ];
      if (random() < 0.3) return;
      await pick(random, acts).call(this);
    }
  }

  async approvesAll(): Promise<void> {
    while (await this.#isAwaited()) await this.approves();
  }

  async approves(): Promise<void> {
    await this.#approves();
  }

  async #approves(): Promise<void> {
    await this.#noteApproval();
    await this.#count.judge(await this.#sync.decide(true));
  }

  /** The run is not taken up for more than a day. */
  async approvesLate(): Promise<void> {
    const { plan, id } = await this.#noteApproval();
    const decision = {
      directory: simulatedDirectory,
      run: id,
      hash: plan?.hash ?? '',
      by: 'admin',
      approve: true,
    };
    await this.#sync.ordered(() => decideRun(this.#sync.ports(), decision));
    this.#sync.advance(26 * 60 * 60 * 1000);
    await this.#count.judge(await this.#sync.untilRest());
  }

  async rejects(): Promise<void> {
    await this.#count.judge(await this.#sync.decide(false));
  }

  /** Approves what was shown before. */
  async looksElsewhere(): Promise<void> {
    this.#sync.shownHash = 'f'.repeat(32);
    const answer = await this.#sync.decide(true).catch((error: unknown) => error);
    this.#sync.shownHash = undefined;
    if (!(answer instanceof Refusal && answer.code === 'precondition-failed'))
      throw new Error(`a stale hash is answered ${String(answer)}`);
  }

  async cancels(): Promise<void> {
    const { id } = await this.#sync.lastRun();
    const wasRough = this.#sync.roughQueue;
    this.#sync.roughQueue = false;
    await this.#sync.ordered(() => cancelRun(this.#sync.ports(), simulatedDirectory, id));
    await this.#sync.untilEnd();
    this.#sync.roughQueue = wasRough;
    await this.#count.judge(await this.#sync.untilRest());
  }

  async #noteApproval() {
    const run = await this.#sync.lastRun();
    if (run.plan !== undefined)
      this.#count.approvals.set(run.id, { at: this.#sync.now(), counts: run.plan.counts });
    return run;
  }

  async #isAwaited(): Promise<boolean> {
    return !(await this.#sync.isIdle()) && (await this.#sync.lastRun()).status === 'awaiting-approval';
  }
}
