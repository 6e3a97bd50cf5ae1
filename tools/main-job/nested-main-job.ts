import type { RunView } from '../../shared/admin/run-history.ts';
import type { NestedDirectoryStore } from '../../shared/sync/nested-store.ts';
import { evolve } from '../simulated-tenant/evolve.ts';
import type { SimulatedGraph } from '../simulated-tenant/graph/simulated-graph.ts';
import { effectiveMembership, nestingDepth } from '../simulated-tenant/oracle.ts';
import type { Tenant } from '../simulated-tenant/tenant.ts';
import type { Service } from './admin-calls.ts';
import type { Display } from './display.ts';
import { compared, type Membership, type MembershipComparison } from './membership-comparison.ts';
import {
  connectTenant,
  letTimerRun,
  membersOverApi,
  type NestedDirectory,
  type Preview,
  runNow,
  waysOverApi,
} from './nested-calls.ts';
import { PageChains } from './page-chains.ts';
import { storedMembership } from './stored-membership.ts';

/** What runs read from Graph, and how the directory compares with the tenant at the end. */
export interface NestedMainJob {
  readonly preview: Preview;
  readonly runs: readonly NestedRun[];
  /** After the first run, and after the last. */
  readonly comparisons: readonly MembershipComparison[];
  readonly depth: number;
  /** Groups from the asked one down to one that holds the user, by name. */
  readonly witness: readonly string[];
  /** Each a sentence; empty when all of it was verified. */
  readonly faults: readonly string[];
}

export interface NestedRun {
  readonly name: string;
  readonly view: RunView;
  /** Pages of the round, what doubts about single objects asked for, and the check of tenant, domains and permissions. */
  readonly callsFloor: number;
  readonly seconds: number;
}

/** The tenant, its Graph endpoint, and where the directory is stored. */
export interface NestedSources {
  readonly tenant: Tenant;
  readonly graph: SimulatedGraph;
  readonly store: NestedDirectoryStore;
}

/**
 * Connects the tenant over the admin API, reads it whole, then after three rounds of change, and compares the effective
 * members of every group with the tenant's own. Last runs find dynamic groups at rest, and nothing else.
 */
export async function runNestedMainJob(
  sources: NestedSources,
  service: Service,
  display: Display,
): Promise<NestedMainJob> {
  const { tenant, graph, store } = sources;
  display.step('nested: connect');
  const { directory, preview } = await connectTenant(service, {
    name: `${tenant.displayName} (nested)`,
    tenantId: tenant.id,
  });
  const running: Running = { directory, graph, chains: new PageChains(graph), display };
  const runs = [await run(running, 'first run')];
  const comparisons = [
    compared('after the first run', {
      expected: effectiveMembership(tenant),
      stored: await storedMembership(store, directory),
    }),
  ];
  for (let round = 1; round <= rounds; round++) {
    evolve(tenant, firstRound + round);
    runs.push(await run(running, `incremental run ${round}`));
  }
  runs.push(...(await settled(running)));
  display.step('nested: compare');
  comparisons.push(
    compared('at the end', {
      expected: effectiveMembership(tenant),
      stored: await storedMembership(store, directory),
    }),
  );
  const overApi = await compareOverApi(tenant, directory, display);
  comparisons.push(overApi.comparison);
  await letTimerRun(directory);
  const depth = nestingDepth(tenant);
  return {
    preview,
    runs,
    comparisons,
    depth,
    witness: overApi.witness,
    faults: faultsOf({ runs, comparisons, depth, witness: overApi.witness }),
  };
}

const rounds = 3;
/** An emptied dynamic group is believed when a second list says so as well. */
const settlingRunsMax = 3;
/** Rounds before it belong to the tenant's life under SCIM. */
const firstRound = 10;
/** Permissions by four reads, organization and domains: once for a run that is started by hand. */
const checkCalls = 6;
/** After an approval the tenant is checked once more, and both deltas are asked what happened meanwhile. */
const lookAgainCalls = checkCalls + 2;

interface Running {
  readonly directory: NestedDirectory;
  readonly graph: SimulatedGraph;
  readonly chains: PageChains;
  readonly display: Display;
}

async function run({ directory, graph, chains, display }: Running, name: string): Promise<NestedRun> {
  const pages = await chains.pages();
  const doubtsBefore = doubtsOf(graph);
  display.step(`nested: ${name}`);
  const started = performance.now();
  const view = await runNow(directory, (now) => {
    const { done, total, detail } = progressOf(now, pages);
    display.progress(done, total, detail);
  });
  const seconds = (performance.now() - started) / 1000;
  const again = view.approval === undefined ? 0 : lookAgainCalls;
  const callsFloor = pages + doubtsOf(graph) - doubtsBefore + checkCalls + again;
  return { name: view.approval === undefined ? name : `${name}, approved`, view, callsFloor, seconds };
}

/** Runs without changes, until no group's members are in doubt any more. */
async function settled(running: Running): Promise<readonly NestedRun[]> {
  const runs: NestedRun[] = [];
  while (runs.length < settlingRunsMax) {
    const settling = await run(running, `settling run ${runs.length + 1}`);
    runs.push(settling);
    if (settling.view.progress.lists.total === 0) break;
  }
  return runs;
}

/** Questions about single objects: members of a group in doubt, and groups of somebody who was restored. */
const doubtsOf = ({ usage }: SimulatedGraph): number =>
  [...usage.requests].reduce((sum, [kind, count]) => sum + (/\/member(s|Of)\b/.test(kind) ? count : 0), 0);

/** Half of the way is reading, half is applying. */
function progressOf({ progress, status }: RunView, pages: number) {
  const { users, groups, applied } = progress;
  const read = Math.min(pages, users.pages + groups.pages);
  const total = 2 * Math.max(1, pages);
  if (status === 'done') return { done: total, total, detail: `${pages} pages read, all applied` };
  if (applied.total === 0) return { done: read, total, detail: `${read}/${pages} pages` };
  const done = pages + Math.floor((applied.done / applied.total) * pages);
  return { done, total, detail: `${applied.done}/${applied.total} applied` };
}

/** The deepest chain and the largest groups, asked as an admin asks; and why somebody is in the top of the chain. */
async function compareOverApi(tenant: Tenant, directory: NestedDirectory, display: Display) {
  const oracle = effectiveMembership(tenant);
  const nested = [...oracle].filter(([group, users]) => users.size > 0 && holdsGroups(tenant, group));
  const chosen = nested.sort(([, one], [, other]) => one.size - other.size).slice(0, groupsOverApi);
  const stored = new Map<string, ReadonlySet<string>>();
  for (const [group] of chosen) {
    stored.set(group, await membersOverApi(directory, group));
    display.progress(stored.size, chosen.length, `${stored.size}/${chosen.length} groups over the API`);
  }
  return {
    comparison: compared('over the admin API', { expected: new Map(chosen), stored }),
    witness: await witnessOf(tenant, directory, oracle),
  };
}

const groupsOverApi = 25;

const holdsGroups = (tenant: Tenant, group: string): boolean =>
  [...(tenant.groups.get(group)?.members ?? [])].some((member) => tenant.groups.has(member));

/** The names along the shortest way from a group to a member that it has only through others. */
async function witnessOf(tenant: Tenant, directory: NestedDirectory, oracle: Membership): Promise<string[]> {
  for (const [group, users] of oracle) {
    const direct = tenant.groups.get(group)?.members;
    const user = [...users].find((member) => direct?.has(member) === false);
    if (user === undefined) continue;
    const [way = []] = await waysOverApi(directory, { group, user });
    const names = way.map((step) => tenant.groups.get(step)?.displayName ?? step);
    return [...names, tenant.users.get(user)?.displayName ?? user];
  }
  return [];
}

function faultsOf({
  runs,
  comparisons,
  depth,
  witness,
}: Pick<NestedMainJob, 'runs' | 'comparisons' | 'depth' | 'witness'>): string[] {
  const faults: string[] = [];
  for (const { name, view, callsFloor } of runs) {
    if (view.status !== 'done')
      faults.push(`${name} ended ${view.status}: ${view.failure?.detail ?? 'no reason given'}`);
    if (view.graphCalls > callsFloor * callsOverFloorMax)
      faults.push(`${name} called Graph ${view.graphCalls} times, ${callsFloor} were enough`);
  }
  // Between rounds a dynamic group keeps what its rule engine may bring back, so the end counts, and the beginning.
  for (const { moment, differing, examples } of comparisons) {
    if (differing > 0) faults.push(`${moment}, ${differing} memberships differ: ${examples.join('; ')}`);
  }
  if (depth < depthMin) faults.push(`groups nest ${depth} deep only`);
  if (witness.length < 3) faults.push('nobody could be explained through a nested group');
  return faults;
}

const callsOverFloorMax = 1.05;
const depthMin = 6;
