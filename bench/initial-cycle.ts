import { startAzurite } from '../tools/embedded/azurite.ts';
import { createScimDirectory } from '../tools/main-job/admin-calls.ts';
import { type Comparison, compareDirectory } from '../tools/main-job/comparison.ts';
import { type Display, displayOn } from '../tools/main-job/display.ts';
import { expectedDirectory } from '../tools/main-job/expected-directory.ts';
import { readByCursor } from '../tools/main-job/read-back.ts';
import { foundCompany } from '../tools/simulated-tenant/company.ts';
import type { CompanySize } from '../tools/simulated-tenant/company-size.ts';
import {
  type CycleCounts,
  newProvisioningClient,
} from '../tools/simulated-tenant/provisioning/provisioning-client.ts';
import { newScimSender } from '../tools/simulated-tenant/provisioning/scim-sender.ts';
import type { Traffic } from '../tools/simulated-tenant/provisioning/traffic.ts';
import { type SeparateService, startService } from '../tools/soak/service.ts';
import { shown, textTable } from './text-table.ts';

/** Megabytes of the service's process, a quarter of the smallest instance that is sold with 2 GB. */
const residentMax = 512;
/** Minutes for 50,000 users on two cores shared with the storage emulator, which does most of the work; Entra takes hours. */
const minutesMax = 120;

export interface InitialCycle {
  readonly counts: CycleCounts;
  readonly comparison: Comparison;
  readonly minutes: number;
  readonly traffic: Traffic;
  /** Megabytes, the most that was seen. */
  readonly resident: number;
  /** Each a sentence; empty when all of it arrived and memory stayed within its bound. */
  readonly faults: readonly string[];
}

/**
 * Entra's first cycle of a large company against the whole service in a process of its own, over the storage emulator; then all of it
 * is read back and compared. Row S3-16: with 50,000 users there are 5,000 groups and over 600,000 memberships.
 */
export async function initialCycle(users: number, display: Display): Promise<InitialCycle> {
  const tenant = foundCompany('nordlicht', sizeOf(users));
  const azurite = await startAzurite({ kind: 'memory' });
  try {
    const { connectionString } = azurite;
    const service = await startService({ connectionString, graph: noGraph });
    try {
      return await provisioned(tenant, service, display);
    } finally {
      await service.stop();
    }
  } finally {
    await azurite.stop();
  }
}

async function provisioned(
  tenant: ReturnType<typeof foundCompany>,
  service: SeparateService,
  display: Display,
): Promise<InitialCycle> {
  const connection = await createScimDirectory(service, 'Initial cycle');
  let phase = '';
  const client = newProvisioningClient(tenant, {
    ...connection,
    dialectOf: (object) => (/[0-7]$/.test(object) ? 'default' : 'flagged'),
    membersPerPatch: (count) => (count > oneByOneMax ? 20 : 1),
    parallel,
    onProgress: (progress) => {
      if (progress.phase !== phase) display.step(`initial cycle: ${progress.phase}`);
      phase = progress.phase;
      display.progress(progress.done, progress.total, `${progress.done}/${progress.total}`);
    },
  });
  const reader = newScimSender({ ...connection, parallel, attempts: 3 });
  let resident = 0;
  const watch = setInterval(async () => {
    resident = Math.max(resident, (await service.memory()).resident);
  }, 10_000);
  try {
    const begun = performance.now();
    const counts = await client.initialCycle();
    const minutes = (performance.now() - begun) / 60_000;
    clearInterval(watch);
    resident = Math.max(resident, (await service.memory()).resident);
    display.step('read back');
    const comparison = compareDirectory(expectedDirectory(tenant), await readByCursor(reader));
    const seen = { counts, comparison, minutes, traffic: client.traffic, resident };
    return { ...seen, faults: faultsOf(seen) };
  } finally {
    clearInterval(watch);
    client.close();
    reader.close();
  }
}

function faultsOf(seen: Omit<InitialCycle, 'faults'>): string[] {
  const { comparison, counts, resident } = seen;
  const faults: string[] = [];
  if (comparison.differing > 0)
    faults.push(`${comparison.differing} values differ: ${comparison.examples.join('; ')}`);
  if (counts.failed > 0) faults.push(`${counts.failed} objects failed`);
  if (resident > residentMax)
    faults.push(`the service held ${shown(resident)} MB, the bound is ${residentMax}`);
  return faults;
}

/** Prints the figures; answers what is wrong, each a sentence. */
export async function printInitialCycle(users: number): Promise<readonly string[]> {
  const cycle = await initialCycle(users, displayOn(process.stdout));
  const { comparison, traffic, minutes } = cycle;
  const tallies = Object.entries({
    users: comparison.users,
    attributes: comparison.attributes,
    managers: comparison.managers,
    groups: comparison.groups,
    'direct memberships': comparison.memberships,
  });
  const rows = tallies.map(([name, { expected, stored, differing }]) => [
    name,
    ...[expected, stored, differing].map((count) => count.toLocaleString('en')),
  ]);
  console.log(`\n${textTable(['Entra over SCIM, initial cycle', 'sent', 'stored', 'differing'], rows)}\n`);
  console.log(
    textTable(
      ['requests', 'requests/s', 'p50 ms', 'p99 ms', 'retried', 'minutes', 'MB of the service at most'],
      [
        [
          ...[traffic.requests, traffic.requests / (minutes * 60)].map(shown),
          ...[traffic.quantile(0.5), traffic.quantile(0.99)].map(shown),
          ...[traffic.retries, minutes, cycle.resident].map(shown),
        ],
      ],
    ),
  );
  const bound = (minutesMax * users) / 50_000;
  console.log(`\nGoal: at most ${shown(bound)} minutes; ${minutes <= bound ? 'kept' : 'missed'}\n`);
  return cycle.faults;
}

const sizeOf = (users: number): CompanySize => ({
  users: Math.ceil(users * 1.1),
  assignedUsers: users,
  assignedGroups: Math.max(40, Math.floor(users / 10)),
  otherGroups: 40,
});

const parallel = 6;
/** Larger changes of a group's members go in batches, as applications get them that support it. */
const oneByOneMax = 40;
/** Nothing is read from Graph here. */
const noGraph = { url: 'http://127.0.0.1:9/v1.0', token: 'none' };
