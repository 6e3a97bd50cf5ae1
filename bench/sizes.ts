/** How much is measured: default in minutes, `full` with large tables on the emulator, which fills slowly, `tiny` in seconds. */
export interface BenchSizes {
  /** Users of the in-memory directories. */
  readonly core: readonly number[];
  /** Users of the directories on the emulator. */
  readonly emulator: readonly number[];
  /** Users of each server over HTTP. */
  readonly http: readonly number[];
  /** Users of the whole service on the emulator. */
  readonly embedded: readonly number[];
  /** Users of the peer as its documentation shows it, which looks at every user for every look-up. */
  readonly documented: readonly number[];
  /** Time for one figure. */
  readonly seconds: number;
  /** Users that are in no group yet: as many members can be added to each group. */
  readonly joiners: number;
}

export function sizesOf(flags: { readonly full: boolean; readonly tiny: boolean }): BenchSizes {
  if (flags.tiny) {
    return {
      core: [50],
      emulator: [20],
      http: [50],
      embedded: [50],
      documented: [],
      seconds: 0.02,
      joiners: 20,
    };
  }
  const all = [1_000, 10_000, 100_000];
  const common = { core: all, http: all, embedded: [1_000], joiners: 1_000 };
  return flags.full
    ? { ...common, emulator: all, documented: [1_000, 10_000], seconds: 2 }
    : { ...common, emulator: [1_000, 10_000], documented: [1_000], seconds: 0.4 };
}

/** Groups of 100, 10 k and 100 k members, as far as there are users; in a small directory one of all. */
export function groupsFor(users: number): readonly number[] {
  const fitting = [100, 10_000, 100_000].filter((members) => members <= users);
  return fitting.includes(users) ? fitting : [...fitting, users];
}
