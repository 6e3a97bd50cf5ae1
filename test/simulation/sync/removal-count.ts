import type { NestedGroup, StoredNesting } from '../../../shared/sync/nested-store.ts';
import type { PlanCounts, SyncRun } from '../../../shared/sync/run-records.ts';
import type { Threshold } from '../../../shared/sync/settings.ts';
import type { Told } from '../../support/sync/outbox-consumer.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { checkCounts, checkHeld, countOf } from './told-right.ts';

/** What a person looked at and approved. */
export interface Approval {
  readonly at: number;
  readonly counts: PlanCounts;
}

interface Before {
  readonly pairs: ReadonlySet<string>;
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly active: ReadonlySet<string>;
  readonly nesting: StoredNesting;
  readonly isFirst: boolean;
}

interface Removed {
  readonly memberships: number;
  readonly users: number;
  readonly groups: number;
}

const day = 24 * 60 * 60 * 1000;

/**
 * Counts by what the consumer was told, and complains when a run told more than it may (I9): nothing unless it is done, nothing of a
 * group above its limit, no more removals than the safeguard lets through without a person's word for that plan.
 */
export class RemovalCount {
  readonly #sync: SimulatedSync;
  readonly approvals = new Map<string, Approval>();
  #before: Before | undefined;
  #lately: (Removed & { readonly at: number })[] = [];

  constructor(sync: SimulatedSync) {
    this.#sync = sync;
  }

  /** A run is about to begin. */
  async begin(): Promise<void> {
    const { consumer, store } = this.#sync;
    const { lastCompletedRun } = await store.state(simulatedDirectory);
    this.#before = {
      pairs: new Set(consumer.copy),
      users: new Set(consumer.users),
      groups: new Set(consumer.groups),
      active: await this.#active(),
      nesting: await store.nesting(simulatedDirectory),
      isFirst: lastCompletedRun === undefined,
    };
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
    const deactivated = await this.#deactivated(this.#before);
    checkCounts(run, told, deactivated);
    await checkHeld(this.#sync, told);
    const removed = {
      memberships: countOf(told.went, 'member'),
      users: countOf(told.went, 'user') + deactivated,
      groups: countOf(told.went, 'group'),
    };
    const reasons = [...this.#grown(this.#before, run), ...this.#lost(this.#before, { run, told, removed })];
    const why = reasons.length > 0 ? this.#unapproved(run, removed) : undefined;
    if (why !== undefined) throw new Error(`${run.id} ${why}: ${reasons.join(', ')}`);
    this.#remember(run, removed);
  }

  /** What a person approved counts no more; nobody approves nothing. */
  #remember(run: SyncRun, removed: Removed): void {
    if (isNothing(removed)) return;
    if (run.approval === undefined) this.#lately.push({ at: Date.parse(run.startedAt), ...removed });
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
  #grown(before: Before, { settings }: SyncRun): readonly string[] {
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

  #lost(
    before: Before,
    { run, told, removed }: { readonly run: SyncRun; readonly told: Told; readonly removed: Removed },
  ): readonly string[] {
    const { safeguard } = run.settings;
    if (!safeguard.enabled || before.isFirst) return [];
    const since = Date.parse(run.startedAt) - day;
    const recent = this.#lately.filter(({ at }) => at > since);
    const kinds = (['memberships', 'users', 'groups'] as const).flatMap((kind) => {
      const count = recent.reduce((sum, one) => sum + one[kind], removed[kind]);
      return removed[kind] > 0 && count > allowed(safeguard[kind]) ? [`${count} ${kind} removed`] : [];
    });
    const byGroup = Map.groupBy(
      told.went.filter((what) => what.startsWith('member ')),
      (what) => what.split(' ')[1] ?? '',
    );
    const { floor, percent } = safeguard.perGroup;
    const groups = [...byGroup].flatMap(([group, { length: lost }]) => {
      if (!before.groups.has(group) || !this.#sync.consumer.groups.has(group)) return [];
      const isEmptied = lost >= 5 && ![...this.#sync.copy].some((pair) => pair.startsWith(group));
      const most = Math.max(floor, Math.floor((membersOf(before.nesting, group) * percent) / 100));
      return isEmptied || lost > most ? [`${lost} lost by ${group}`] : [];
    });
    return [...kinds, ...groups];
  }

  async #active(): Promise<ReadonlySet<string>> {
    const active = new Set<string>();
    for await (const rows of this.#sync.store.userPages(simulatedDirectory))
      for (const { id, attributes, standing } of rows)
        if (standing.inScope && attributes['active'] === true) active.add(id);
    return active;
  }

  async #deactivated(before: Before): Promise<number> {
    const active = await this.#active();
    return [...before.active].filter((user) => !active.has(user) && this.#sync.consumer.users.has(user))
      .length;
  }
}

const isNothing = ({ memberships, users, groups }: Removed) => memberships + users + groups === 0;

/** Percentages say nothing of a tenant this small. */
const allowed = ({ floor, absolute }: Threshold) => Math.min(floor, absolute);

/** Direct users of a group and the live groups below it, as they are stored; who is in two of them counts twice. */
function membersOf({ groups, edges }: StoredNesting, root: string): number {
  const rows = new Map<string, (typeof groups)[number]>(groups.map((group) => [group.id, group]));
  const reached = new Set<string>([root]);
  for (const id of reached)
    for (const { parent, child } of edges)
      if (parent === id && rows.get(child)?.life === 'live') reached.add(child);
  return [...reached].reduce((sum, id) => sum + (rows.get(id as NestedGroup['id'])?.users ?? 0), 0);
}
