import type { TransactionOutcome } from './transaction.ts';

/** A transaction was refused for a reason that its writer rules out: rows that do not fit each other. */
export const raceOf = (outcome: TransactionOutcome) =>
  new Error(
    outcome.kind === 'refused'
      ? `${outcome.change.action} of row ${outcome.change.rowKey} refused: ${outcome.why}`
      : 'not refused',
  );
