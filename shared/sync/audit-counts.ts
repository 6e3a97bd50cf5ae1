import { type CountQuestion, countsAtOnce, type GraphFault, type GraphReader } from './graph-port.ts';

export interface Counts {
  /** In the order of the questions; undefined where there was no answer. */
  readonly numbers: readonly (number | undefined)[];
  /** Why the rest was not asked. */
  readonly fault?: GraphFault;
}

/** Calls under way at the same time; the pacer spends the tenant's budget on them. */
const lanes = 4;

/** Asks in batches until all is answered, one fails, or `mayGoOn` says no. The first goes alone: it may be that nothing is counted. */
export async function askCounts(
  count: NonNullable<GraphReader['counts']>,
  questions: readonly CountQuestion[],
  mayGoOn: () => boolean,
): Promise<Counts> {
  const numbers: (number | undefined)[] = questions.map(() => undefined);
  let fault: GraphFault | undefined;
  const ask = async (start: number): Promise<void> => {
    const answer = await count(questions.slice(start, start + countsAtOnce));
    if (answer.kind === 'fault') {
      fault ??= answer.fault;
      return;
    }
    for (const [index, number] of answer.value.entries()) numbers[start + index] = number;
  };
  await ask(0);
  let next = countsAtOnce;
  const lane = async (): Promise<void> => {
    while (next < questions.length && fault === undefined && mayGoOn()) {
      const start = next;
      next += countsAtOnce;
      await ask(start);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { numbers, ...(fault === undefined ? {} : { fault }) };
}
