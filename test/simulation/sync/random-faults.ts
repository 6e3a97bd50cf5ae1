import { type FakeFaults, noFaults } from '../../support/sync/fake-faults.ts';

/** Swarm: a fault is there or not, so that rare combinations get room. */
export const sometimes = (random: () => number, chance: number) => (random() < 0.5 ? random() * chance : 0);

export function someFaults(random: () => number): FakeFaults {
  const some = (chance: number) => sometimes(random, chance);
  return {
    ...noFaults,
    throttled: some(0.2),
    transient: some(0.2),
    malformed: some(0.1),
    resync: some(0.05),
    tokenDead: some(0.05),
    emptyPages: some(0.5),
    replays: some(0.5),
    disorder: some(1),
    sparse: some(1),
    ...(random() < 0.3 ? allLag : { laggingLists: some(1), laggingDeltas: some(1), staleAnswers: some(1) }),
    goneInLists: some(0.05),
    listsNotFound: some(0.3),
    unanswered: some(0.3),
    applicationUnknown: some(0.6),
    assignmentsEmpty: some(0.8),
    assignmentsEndless: some(0.3),
  };
}

const allLag = { laggingLists: 0.5, laggingDeltas: 0.5, staleAnswers: 0.5 };
