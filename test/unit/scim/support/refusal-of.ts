import { Refusal } from '../../../../shared/model/refusal.ts';

/** `code: detail` of the refusal that a call ends in, or `accepted`. */
export function refusalOf(run: () => unknown): string {
  try {
    run();
    return 'accepted';
  } catch (error) {
    if (error instanceof Refusal) return `${error.code}: ${error.message}`;
    throw error;
  }
}
