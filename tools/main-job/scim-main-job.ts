import { evolve } from '../simulated-tenant/evolve.ts';
import {
  type CycleCounts,
  newProvisioningClient,
  type ProvisioningClient,
} from '../simulated-tenant/provisioning/provisioning-client.ts';
import type { Progress } from '../simulated-tenant/provisioning/provisioning-job.ts';
import { newScimSender, type ScimSender } from '../simulated-tenant/provisioning/scim-sender.ts';
import type { Tenant } from '../simulated-tenant/tenant.ts';
import { createScimDirectory, type ScimConnection, type Service } from './admin-calls.ts';
import { type Comparison, compareDirectory } from './comparison.ts';
import type { Display } from './display.ts';
import { expectedDirectory } from './expected-directory.ts';
import { readByCursor, readByIndex, type StoredDirectory, versionsOf } from './read-back.ts';

/** What Entra's provisioning did and what the directory held at the end. */
export interface ScimMainJob {
  readonly connection: ScimConnection;
  readonly cycles: readonly Cycle[];
  readonly comparison: Comparison;
  /** Each a sentence; empty when all of it was verified. */
  readonly faults: readonly string[];
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly retries: number;
  readonly latencies: readonly Latency[];
}

export interface Cycle {
  readonly name: string;
  readonly counts: CycleCounts;
  readonly requests: number;
  readonly seconds: number;
}

export interface Latency {
  readonly name: string;
  readonly requests: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

/**
 * Provisions the company over SCIM the way Entra does: a first cycle, changes with an incremental cycle after each,
 * provision on demand and a restart that must change nothing; then reads everything back and compares.
 * Half of the objects speak the default dialect, half the flagged one, and groups of both get members in both ways.
 */
export async function runScimMainJob(
  tenant: Tenant,
  service: Service,
  display: Display,
): Promise<ScimMainJob> {
  const connection = await createScimDirectory(service, 'Nordlicht Werke (SCIM)');
  let cycleName = '';
  const phases = phaseDisplay(display, () => cycleName);
  const client = newProvisioningClient(tenant, {
    ...connection,
    dialectOf: (object) => (/[0-7]$/.test(object) ? 'default' : 'flagged'),
    membersPerPatch: (count) => (count > oneByOneMax ? 20 : 1),
    parallel,
    onProgress: phases,
  });
  const reader = newScimSender({ ...connection, parallel, attempts: 3 });
  try {
    await client.testConnection();
    return await provision({
      tenant,
      connection,
      client,
      reader,
      display,
      begin: (name) => {
        cycleName = name;
      },
    });
  } finally {
    client.close();
    reader.close();
  }
}

const parallel = 6;
/** Larger changes of a group's members go in batches, as applications get them that support it. */
const oneByOneMax = 40;
const rounds = 2;

interface Running {
  readonly tenant: Tenant;
  readonly connection: ScimConnection;
  readonly client: ProvisioningClient;
  readonly reader: ScimSender;
  readonly display: Display;
  readonly begin: (cycle: string) => void;
}

/** Shows each phase of a cycle as a step of its own. */
function phaseDisplay(display: Display, cycleName: () => string): (progress: Progress) => void {
  let shown = '';
  return ({ phase, done, total }) => {
    const title = `${cycleName()}: ${phase}`;
    if (title !== shown) display.step(title);
    shown = title;
    display.progress(done, total, `${done}/${total}`);
  };
}

async function provision(running: Running): Promise<ScimMainJob> {
  const { tenant, client, reader, connection } = running;
  const cycles = [await cycle(running, 'initial cycle', () => client.initialCycle())];
  for (let round = 1; round <= rounds; round++) {
    evolve(tenant, round);
    cycles.push(await cycle(running, `incremental cycle ${round}`, () => client.incrementalCycle()));
  }
  await provisionOnDemand(running);
  running.display.step('read back by index');
  const before = await readByIndex(reader);
  cycles.push(await cycle(running, 'restart, all sent again', () => client.restart(true)));
  running.display.step('read back by cursor');
  const after = await readByCursor(reader);
  const expected = expectedDirectory(tenant);
  const comparison = compareDirectory(expected, after);
  const seconds = cycles.reduce((sum, { seconds }) => sum + seconds, 0);
  const requests = cycles.reduce((sum, { requests }) => sum + requests, 0);
  return {
    connection,
    cycles,
    comparison,
    faults: faultsOf({
      running,
      cycles,
      comparison,
      before,
      after,
      byIndex: compareDirectory(expected, before),
    }),
    requests,
    requestsPerSecond: requests / seconds,
    retries: client.traffic.retries,
    latencies: latenciesOf(client, reader),
  };
}

async function cycle(
  { client, begin }: Running,
  name: string,
  work: () => Promise<CycleCounts>,
): Promise<Cycle> {
  begin(name);
  const started = performance.now();
  const requestsBefore = client.traffic.requests;
  const counts = await work();
  return {
    name,
    counts,
    requests: client.traffic.requests - requestsBefore,
    seconds: (performance.now() - started) / 1000,
  };
}

/** An admin looks at one user and one group: matched by query, changed in the default dialect whatever the flag says. */
async function provisionOnDemand({ tenant, client, display }: Running): Promise<void> {
  display.step('provision on demand');
  const user = [...tenant.users.values()].find(
    ({ id, life, accountEnabled }) => life === 'live' && accountEnabled && tenant.isAssigned(id),
  );
  const group = [...tenant.groups.values()].find(({ id, life }) => life === 'live' && tenant.isAssigned(id));
  if (user === undefined || group === undefined) throw new Error('the tenant has nobody left to provision');
  tenant.changeUser(user.id, { jobTitle: 'Chief on demand', displayName: `${user.displayName} (on demand)` });
  await client.provisionUserOnDemand(user.id);
  await client.provisionGroupOnDemand(group.id, [...group.members].slice(0, 5));
}

function faultsOf(seen: {
  readonly running: Running;
  readonly cycles: readonly Cycle[];
  readonly comparison: Comparison;
  readonly before: StoredDirectory;
  readonly after: StoredDirectory;
  readonly byIndex: Comparison;
}): string[] {
  const { client } = seen.running;
  const faults: string[] = [];
  if (seen.comparison.differing > 0) {
    faults.push(`${seen.comparison.differing} values differ: ${seen.comparison.examples.join('; ')}`);
  }
  if (seen.byIndex.differing > 0) {
    faults.push(
      `read by index, ${seen.byIndex.differing} values differ: ${seen.byIndex.examples.join('; ')}`,
    );
  }
  const [changed, total] = [changedBetween(seen.before, seen.after), client.connections.size];
  if (changed > 0) faults.push(`sending everything again changed ${changed} of ${total} objects`);
  const failed = seen.cycles.reduce((sum, { counts }) => sum + counts.failed, 0);
  const [failure] = client.failures.values();
  if (failed > 0)
    faults.push(`${failed} objects failed${failure === undefined ? '' : `, one with: ${failure}`}`);
  const resent = seen.cycles.at(-1)?.counts;
  const writes =
    (resent?.created ?? 0) + (resent?.updated ?? 0) + (resent?.disabled ?? 0) + (resent?.deleted ?? 0);
  if (writes > 0) faults.push(`after the restart ${writes} objects seemed to differ`);
  return faults;
}

function changedBetween(before: StoredDirectory, after: StoredDirectory): number {
  const versions = versionsOf(before);
  return [...versionsOf(after)].filter(([id, version]) => versions.get(id) !== version).length;
}

function latenciesOf(client: ProvisioningClient, reader: ScimSender): Latency[] {
  const { traffic } = client;
  const row = (
    name: string,
    from: typeof traffic,
    ...of: Parameters<typeof traffic.count> | []
  ): Latency => ({
    name,
    requests: of[0] === undefined ? from.requests : from.count(of[0]),
    p50Milliseconds: from.quantile(0.5, of[0]),
    p99Milliseconds: from.quantile(0.99, of[0]),
  });
  return [
    row('all requests', traffic),
    row('match by filter', traffic, 'match'),
    row('create', traffic, 'create'),
    row('read by id', traffic, 'read'),
    row('patch', traffic, 'patch'),
    row('set manager', traffic, 'manager'),
    row('change members', traffic, 'members'),
    row('check a member', traffic, 'check'),
    row('read a page', reader.traffic, 'list'),
  ];
}
