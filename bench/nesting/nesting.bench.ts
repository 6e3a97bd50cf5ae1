import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { effectiveCounts, forEachEffective } from '../../shared/nesting/full-derivation.ts';
import { membershipsOf, type WholeMemberships } from '../../shared/nesting/memberships.ts';
import { strongComponents } from '../../shared/nesting/strong-components.ts';
import { derive, scenarios } from './changes.ts';
import { deltaPages, ingest } from './ingest.ts';
import { graphologyWalk, guidSearch } from './rivals.ts';
import { type SyntheticTenant, syntheticTenant, type TenantSize } from './synthetic-tenant.ts';

export interface BenchRow {
  readonly tenant: string;
  readonly what: string;
  readonly value: number;
  readonly unit: 'ms' | 'MB' | 'edges/s';
  /** Equal checksums mean equal results. */
  readonly checksum?: string;
  /** The figure promised: at most for ms and MB, at least for edges/s. */
  readonly target?: number;
}

export interface NestingBenchSizes {
  readonly large: readonly TenantSize[];
  /** Maps and Sets of GUIDs need a gigabyte and a half minute at the large sizes, so they meet us at this one. */
  readonly compared: TenantSize;
  readonly ingestedEdges: number;
  readonly repeats: number;
}

export const promisedSizes: NestingBenchSizes = {
  large: [
    { users: 1_000_000, groups: 50_000, userEdges: 10_000_000 },
    { users: 1_000_000, groups: 100_000, userEdges: 10_000_000 },
  ],
  compared: { users: 100_000, groups: 10_000, userEdges: 1_000_000 },
  ingestedEdges: 2_000_000,
  repeats: 5,
};

export const tinySizes: NestingBenchSizes = {
  large: [{ users: 2000, groups: 200, userEdges: 20_000 }],
  compared: { users: 500, groups: 60, userEdges: 4000 },
  ingestedEdges: 4000,
  repeats: 1,
};

/** Derivation of effective membership: figures of the design with checksums, and what others do beside them. */
export function run(sizes: NestingBenchSizes = promisedSizes): readonly BenchRow[] {
  const rows: BenchRow[] = [];
  for (const size of sizes.large) rows.push(...measureLarge(size, sizes.repeats));
  rows.push(...measureIngest(sizes), ...measureCompared(sizes.compared));
  return rows;
}

function measureLarge(size: TenantSize, repeats: number): readonly BenchRow[] {
  const name = nameOf(size);
  const tenant = syntheticTenant(size);
  const memberships = loaded(tenant);
  const row = (what: string, measured: Measured, target?: number): BenchRow => ({
    tenant: name,
    what,
    value: measured.milliseconds,
    unit: 'ms',
    checksum: measured.checksum,
    ...(target === undefined ? {} : { target }),
  });
  return [
    row(
      'all effective members, group by group',
      best(repeats, () => streamed(memberships)),
      300,
    ),
    row(
      'all effective members, counted user by user',
      best(repeats, () => counted(memberships)),
    ),
    ...scenarios(tenant, memberships).map((scenario) =>
      row(
        scenario.name,
        best(repeats * 2, () => changeSum(memberships, scenario)),
        scenario.name.startsWith('S1') ? 5 : undefined,
      ),
    ),
    {
      tenant: name,
      what: 'most memory while all of it is derived',
      value: peakMegabytes(size),
      unit: 'MB',
      target: 400,
    },
  ];
}

function measureIngest(sizes: NestingBenchSizes): readonly BenchRow[] {
  const size = sizes.large[0] ?? sizes.compared;
  const tenant = syntheticTenant(size);
  const edges = Math.min(sizes.ingestedEdges, tenant.userEdges.from.length);
  const pages = deltaPages(tenant.userEdges, edges);
  const { milliseconds, checksum } = best(sizes.repeats, () => {
    const rows = ingest(pages, edges);
    return `${rows.offsets.length - 1} groups, ${rows.targets.length} memberships`;
  });
  return [
    {
      tenant: nameOf(size),
      what: 'pages parsed, interned and laid out in rows',
      value: (edges / milliseconds) * 1000,
      unit: 'edges/s',
      checksum,
      target: 1_500_000,
    },
  ];
}

function measureCompared(size: TenantSize): readonly BenchRow[] {
  const name = nameOf(size);
  const memberships = loaded(syntheticTenant(size));
  const scripts = guidSearch(memberships);
  const library = graphologyWalk(memberships);
  const row = (what: string, { milliseconds, checksum }: Measured): BenchRow => ({
    tenant: name,
    what,
    value: milliseconds,
    unit: 'ms',
    checksum,
  });
  best(1, () => streamed(memberships));
  return [
    row(
      'ours: all effective members',
      best(3, () => String(pairsOf(memberships))),
    ),
    row(
      'ours: strong components',
      best(3, () => String(componentsOf(memberships))),
    ),
    row(
      'GUID Maps and Sets: load',
      best(1, () => String(scripts.prepare())),
    ),
    row(
      'GUID Maps and Sets: all effective members',
      best(1, () => String(scripts.derive())),
    ),
    row(
      'graphology: load',
      best(1, () => String(library.prepare())),
    ),
    row(
      'graphology: strong components',
      best(3, () => String(library.components())),
    ),
    row(
      'graphology: all effective members',
      best(1, () => String(library.derive())),
    ),
  ];
}

interface Measured {
  readonly milliseconds: number;
  readonly checksum: string;
}

function best(repeats: number, work: () => string): Measured {
  let milliseconds = Number.POSITIVE_INFINITY;
  let checksum = '';
  for (let turn = 0; turn < repeats; turn++) {
    const started = performance.now();
    checksum = work();
    milliseconds = Math.min(milliseconds, performance.now() - started);
  }
  return { milliseconds, checksum };
}

const loaded = (tenant: SyntheticTenant) =>
  membershipsOf({
    userEdges: tenant.userEdges,
    nestingEdges: tenant.nestingEdges,
    liveUsers: new Uint8Array(tenant.size.users).fill(1),
    liveGroups: new Uint8Array(tenant.size.groups).fill(1),
  });

/** Touches every pair: the sum of user numbers, weighted by group. */
function streamed(memberships: WholeMemberships): string {
  let pairs = 0;
  let sum = 0;
  forEachEffective(memberships, (group, users) => {
    pairs += users.length;
    let users32 = 0;
    for (let index = 0; index < users.length; index++) users32 = (users32 + (users[index] ?? 0)) | 0;
    sum = (sum + Math.imul(users32, group + 1)) | 0;
  });
  return `${pairs} pairs, ${(sum >>> 0).toString(16)}`;
}

function pairsOf(memberships: WholeMemberships): number {
  let pairs = 0;
  forEachEffective(memberships, (_group, users) => {
    pairs += users.length;
  });
  return pairs;
}

function counted(memberships: WholeMemberships): string {
  return `${effectiveCounts(memberships).reduce((sum, count) => sum + count, 0)} pairs`;
}

function changeSum(memberships: WholeMemberships, scenario: ReturnType<typeof scenarios>[number]): string {
  const change = derive(memberships, scenario);
  return `+${change.pairsAdded} −${change.pairsRemoved} in ${change.sets.length} sets, by ${change.strategy}`;
}

const componentsOf = ({ nesting }: WholeMemberships) => strongComponents(nesting.parents, nesting.live).count;

const nameOf = ({ users, groups, userEdges }: TenantSize) =>
  `${users / 1000}k users, ${groups / 1000}k groups, ${userEdges / 1_000_000}M memberships`;

/** In a process of its own, so that nothing else is measured. */
function peakMegabytes(size: TenantSize): number {
  const told = execFileSync(process.execPath, [import.meta.filename, '--peak', JSON.stringify(size)]);
  return Number(told.toString());
}

function tellPeak(size: TenantSize): void {
  const tenant = syntheticTenant(size);
  const memberships = loaded(tenant);
  streamed(memberships);
  counted(memberships);
  console.log(Math.round(process.resourceUsage().maxRSS / 1024));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , flag, size] = process.argv;
  if (flag === '--peak') tellPeak(JSON.parse(size ?? ''));
  else for (const row of run()) console.log(textOf(row));
}

function textOf(row: BenchRow): string {
  const value = row.unit === 'edges/s' ? Math.round(row.value) : Number(row.value.toFixed(2));
  const target = row.target === undefined ? '' : `  (promised ${row.target})`;
  return `${row.tenant}  ${row.what}: ${value} ${row.unit}${target}  ${row.checksum ?? ''}`;
}
