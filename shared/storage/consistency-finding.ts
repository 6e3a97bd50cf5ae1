import type { RowChange } from './batch.ts';

/** A row that does not fit the others, and the changes that would make it fit; none where a person has to look. */
export interface Inconsistency {
  readonly rowKey: string;
  readonly fault: string;
  readonly repair: readonly RowChange[];
}
