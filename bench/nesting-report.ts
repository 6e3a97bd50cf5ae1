import { type BenchRow, promisedSizes, run, tinySizes } from './nesting/nesting.bench.ts';
import { shown, textTable } from './text-table.ts';

/** Effective membership: derivation times with checksums, beside what others do. */
export function printNesting(tiny: boolean): void {
  const rows = run(tiny ? tinySizes : promisedSizes).map((row) => [
    `${row.tenant}: ${row.what}`,
    `${shown(row.value)} ${row.unit}`,
    ...promiseOf(row),
    row.checksum ?? '',
  ]);
  console.log('Effective membership of nested groups\n');
  console.log(`${textTable(['what', 'measured', 'promised', '', 'checksum'], rows)}\n`);
}

function promiseOf({ value, unit, target }: BenchRow): readonly string[] {
  if (target === undefined) return ['', ''];
  const atLeast = unit === 'edges/s';
  const kept = atLeast ? value >= target : value <= target;
  return [`${atLeast ? '≥' : '≤'} ${shown(target)} ${unit}`, kept ? 'kept' : 'missed'];
}
