/**
 * Members of whom it is open whether they came into a group: the round says two things of it, and no list has shown them there. Until
 * that is known they leave no other group, so that whoever moves is not told to be in neither.
 */
export class UndecidedEdges {
  readonly #members = new Set<number>();
  readonly #byGroup = new Map<number, Set<number>>();
  #count = 0;

  note(group: number, member: number): void {
    if (this.#count >= undecidedMax) return;
    this.#members.add(member);
    const members = this.#byGroup.get(group) ?? new Set();
    this.#count += members.has(member) ? 0 : 1;
    this.#byGroup.set(group, members.add(member));
  }

  has(member: number): boolean {
    return this.#members.has(member);
  }

  of(group: number): readonly number[] {
    return [...(this.#byGroup.get(group) ?? [])];
  }
}

/** Runs in which a list that Graph refuses keeps a removal back: a list that is never told must not hold it for ever. */
export const undecidedRoundsMax = 5;

/** Two words are said of few edges; of a Graph that says them of all, some are remembered from run to run. */
const undecidedMax = 2000;
