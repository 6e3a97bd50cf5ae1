import type { PlanCounts, SyncRun } from '../../../shared/sync/run-records.ts';
import type { Threshold } from '../../../shared/sync/settings.ts';
import type { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { type BeforeRun, beforeRun, deactivatedSince } from './before-run.ts';
import { type GroupLoss, groupLosses, tooMuch } from './group-losses.ts';
import { checkCounts, checkHeld, countOf } from './told-right.ts';

/** What a person looked at and approved. */
export interface Approval {
  readonly at: number;
  readonly counts: PlanCounts;
}

interface Removed {
  readonly memberships: number;
  readonly users: number;
  readonly groups: number;
}

interface Taken {
  readonly removed: Removed;
  readonly losses: readonly GroupLoss[];
}

const day = 24 * 60 * 60 * 1000;

/**
 * Counts by what the consumer was told, and complains when a run told more than it may (I9): nothing unless it is done, nothing of a
 * group above its limit, no more removals than the safeguard lets through without a person's word for that plan.
 */
export class RemovalCount {
  readonly #sync: SimulatedSync;
  readonly approvals = new Map<string, Approval>();
  #before: BeforeRun | undefined;
  #lately: { readonly at: number; readonly removed: Removed; readonly losses: readonly GroupLoss[] }[] = [];

  constructor(sync: SimulatedSync) {
    this.#sync = sync;
  }

  /** A run is about to begin. */
  async begin(): Promise<void> {
    this.#before = await beforeRun(this.#sync);
  }

  /** A run rests. */
  async judge(run: SyncRun): Promise<void> {
    const { consumer } = this.#sync;
    const told = consumer.toldBy(run.id);
    if (run.status !== 'done' || run.mode === 'dry-run') {
      if (told.came.length + told.went.length > 0)
        throw new Error(`${run.status} ${run.mode} has told something`);
      return;
    }
    if (this.#before === undefined) throw new Error('a run that nobody saw begin');
    const deactivated = await deactivatedSince(this.#sync, this.#before);
    checkCounts(run, told, deactivated);
    await checkHeld(this.#sync, told);
    const removed = {
      memberships: countOf(told.went, 'member'),
      users: countOf(told.went, 'user') + deactivated,
      groups: countOf(told.went, 'group'),
    };
    const losses = groupLosses(this.#sync, told, this.#before);
    const lost = this.#before.isFirst ? [] : this.#lost(run, { removed, losses });
    const reasons = [...this.#grown(this.#before, run), ...lost];
    const why = reasons.length > 0 ? this.#unapproved(run, removed) : undefined;
    if (why !== undefined) throw new Error(`${run.id} ${why}: ${reasons.join(', ')}`);
    this.#remember(run, { removed, losses });
  }

  /** What a person approved counts no more; nobody approves nothing. */
  #remember(run: SyncRun, { removed, losses }: Taken): void {
    if (isNothing(removed)) return;
    if (run.approval === undefined) this.#lately.push({ at: Date.parse(run.startedAt), removed, losses });
    else this.#lately = [];
  }

  #unapproved(run: SyncRun, removed: Removed): string | undefined {
    const approval = this.approvals.get(run.id);
    if (approval === undefined) return 'was never approved';
    if (this.#sync.now() - approval.at > day + 60 * 60 * 1000) return 'was approved long ago';
    const { membershipsAdded, membershipsRemoved } = approval.counts;
    const difference = Math.abs(removed.memberships - membershipsRemoved);
    return difference > 0.05 * Math.max(1, membershipsAdded + membershipsRemoved)
      ? 'was another plan when it was approved'
      : undefined;
  }

  /** Limits of the directory that it came to pass. */
  #grown(before: BeforeRun, { settings }: SyncRun): readonly string[] {
    const { consumer } = this.#sync;
    const sizes = [
      ['users', settings.maxUsers, before.users.size, consumer.users.size],
      ['groups', settings.maxGroups, before.groups.size, consumer.groups.size],
      ['memberships', settings.maxMemberships, before.pairs.size, consumer.copy.size],
    ] as const;
    return sizes.flatMap(([what, limit, was, is]) =>
      limit !== undefined && is > limit && is > was ? [`${is} ${what}`] : [],
    );
  }

  #lost({ settings, startedAt }: SyncRun, { removed, losses }: Taken): readonly string[] {
    const { safeguard } = settings;
    if (!safeguard.enabled) return [];
    const recent = this.#lately.filter(({ at }) => at > Date.parse(startedAt) - day);
    const kinds = (['memberships', 'users', 'groups'] as const).flatMap((kind) => {
      const count = recent.reduce((sum, one) => sum + one.removed[kind], removed[kind]);
      return removed[kind] > 0 && count > allowed(safeguard[kind]) ? [`${count} ${kind} removed`] : [];
    });
    const before = recent.flatMap((one) => one.losses);
    return [...kinds, ...tooMuch(this.#sync, safeguard.perGroup, { losses, before })];
  }
}

const isNothing = ({ memberships, users, groups }: Removed) => memberships + users + groups === 0;

/** Percentages say nothing of a tenant this small. */
const allowed = ({ floor, absolute }: Threshold) => Math.min(floor, absolute);
