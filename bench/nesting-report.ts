import { promisedSizes, run, tinySizes } from './nesting/nesting.bench.ts';
import { shown, textTable } from './text-table.ts';

/** Effective membership: derivation times with checksums, beside what others do. */
export function printNesting(tiny: boolean): void {
  const rows = run(tiny ? tinySizes : promisedSizes).map(
    ({ tenant, what, value, unit, target, checksum }) => [
      `${tenant}: ${what}`,
      `${shown(value)} ${unit}`,
      target === undefined ? '' : `${shown(target)} ${unit}`,
      checksum ?? '',
    ],
  );
  console.log('Effective membership of nested groups\n');
  console.log(`${textTable(['what', 'measured', 'promised', 'checksum'], rows)}\n`);
}
