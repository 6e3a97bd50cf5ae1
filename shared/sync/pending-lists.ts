import type { Ask, Reread } from './run-records.ts';

/** Members of a group, and groups in it. */
export interface SomeMembers {
  readonly members: readonly number[];
  readonly children: readonly number[];
}

interface Why extends Pick<Reread, 'reason' | 'rounds' | 'doubted'> {
  readonly left?: SomeMembers;
}

/** What a list said of a group's members, and why it was asked. */
export interface ListedGroup extends Why {
  /** Undefined when Graph gave no complete answer: then nothing is known. */
  readonly members?: ReadonlySet<number>;
  readonly children?: ReadonlySet<number>;
  /** What earlier rounds left open. */
  readonly undecided?: SomeMembers;
}

/** A group to be read by list in the next round. */
export interface PendingList extends Why {
  readonly group: number;
  readonly undecided?: SomeMembers;
}

/** Groups that the next round has to read by list, and what it has to know of them. */
export class PendingLists {
  readonly #listed: ReadonlyMap<number, ListedGroup>;
  readonly #why = new Map<number, Pick<Why, 'reason' | 'rounds'>>();
  readonly #doubted = new Set<number>();
  readonly #left = { user: new Map<number, Set<number>>(), group: new Map<number, Set<number>>() };
  #leftCount = 0;

  /** `listed`: the lists of this round. */
  constructor(listed: ReadonlyMap<number, ListedGroup>) {
    this.#listed = listed;
  }

  has(group: number): boolean {
    return this.#why.has(group);
  }

  /** The last reason counts. */
  ask(group: number, reason: Reread['reason']): void {
    const rounds = this.#listed.get(group)?.rounds;
    this.#why.set(group, { reason, rounds: rounds === undefined ? 0 : rounds + 1 });
  }

  /** For the first time, unless it is asked about anyway. */
  askAlso(group: number, reason: Reread['reason']): void {
    if (!this.#why.has(group)) this.#why.set(group, { reason, rounds: 0 });
  }

  /** Its list lacks members without a word of their end. */
  doubt(group: number, reason: Reread['reason']): void {
    this.ask(group, reason);
    this.#doubted.add(group);
  }

  /** Something else than a list said that a user, or a group, left a group. Of a Graph that says it of all, some are remembered. */
  noteLeft(kind: Ask['kind'], group: number, member: number): void {
    if (this.#leftCount >= leftMax) return;
    const members = this.#left[kind].get(group) ?? new Set();
    this.#leftCount += members.has(member) ? 0 : 1;
    this.#left[kind].set(group, members.add(member));
  }

  get lists(): readonly PendingList[] {
    return [...this.#why].map(([group, why]) => ({
      ...{ group, ...why, ...this.#leftOf(group) },
      ...(this.#isDoubted(group) ? { doubted: true } : {}),
    }));
  }

  #leftOf(group: number): Pick<Why, 'left'> {
    const members = [...(this.#left.user.get(group) ?? [])];
    const children = [...(this.#left.group.get(group) ?? [])];
    return members.length + children.length === 0 ? {} : { left: { members, children } };
  }

  /** Until a list shows somebody; one that was refused says nothing. */
  #isDoubted(group: number): boolean {
    const { doubted = false, members, children } = this.#listed.get(group) ?? {};
    const isShown = (members?.size ?? 0) + (children?.size ?? 0) > 0;
    return this.#doubted.has(group) || (doubted && !isShown);
  }
}

const leftMax = 2000;
