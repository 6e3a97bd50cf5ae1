import { randomUUID } from 'node:crypto';
import type { Tenant } from '../tenant.ts';
import { evaluateAll, evaluateChanges } from './cycles.ts';
import { equalityFilter, urlEncode } from './dotnet-url.ts';
import type { Dialect } from './patch-dialects.ts';
import { provisionGroupOnDemand, provisionUserOnDemand } from './provision-on-demand.ts';
import { type Outcome, type Progress, type ProvisioningJob, resourcesOf } from './provisioning-job.ts';
import { newScimSender } from './scim-sender.ts';
import type { Traffic } from './traffic.ts';

export interface ProvisioningSettings {
  /** The admin's Tenant URL, which may hold a query such as `?aadOptscim062020`. */
  readonly tenantUrl: string;
  readonly secretToken: string;
  /** By default the Tenant URL decides for all objects; a program may mix dialects per object. */
  readonly dialectOf?: (objectId: string) => Dialect;
  /** Members of one PATCH, given how many a group is about to gain or lose; 1 unless told. */
  readonly membersPerPatch?: (memberCount: number) => number;
  /** Objects worked on at a time; 1 sends the same requests in the same order every time. */
  readonly parallel?: number;
  readonly attempts?: number;
  readonly onProgress?: (progress: Progress) => void;
}

export type CycleCounts = Readonly<Record<Outcome, number>>;

export interface ProvisioningClient {
  /** A query for a user that cannot exist: anything but an empty list refuses the connection. */
  testConnection(): Promise<void>;
  initialCycle(): Promise<CycleCounts>;
  /** Evaluates what the tenant's change log tells since the last cycle, and what is in escrow. */
  incrementalCycle(): Promise<CycleCounts>;
  /** Evaluates everything again; `forgetting` the connections too, so that each object is matched anew. */
  restart(forgetting: boolean): Promise<CycleCounts>;
  provisionUserOnDemand(user: string): Promise<void>;
  /** One group with at most five of its members, in one PATCH. */
  provisionGroupOnDemand(group: string, members: readonly string[]): Promise<void>;
  /** Ids in the target by ids in the tenant. */
  readonly connections: ReadonlyMap<string, string>;
  /** What failed, by object, with the answer that failed it. */
  readonly failures: ReadonlyMap<string, string>;
  readonly traffic: Traffic;
  close(): void;
}

/** Entra's provisioning service for one enterprise application of the tenant. */
export function newProvisioningClient(tenant: Tenant, settings: ProvisioningSettings): ProvisioningClient {
  const job = newJob(tenant, settings);
  let watermark = 0;
  const counting = async (work: () => Promise<void>) => {
    job.counts.clear();
    const position = tenant.position;
    await work();
    watermark = position;
    return countsOf(job);
  };
  return {
    testConnection: () => testConnection(job),
    initialCycle: () => counting(() => evaluateAll(job, 'send')),
    incrementalCycle: () => counting(() => evaluateChanges(job, tenant.changesSince(watermark))),
    restart: (forgetting) =>
      counting(async () => {
        job.escrow.clear();
        if (forgetting) job.connections.clear();
        await evaluateAll(job, 'confirm');
      }),
    provisionUserOnDemand: (user) => provisionUserOnDemand(job, user),
    provisionGroupOnDemand: (group, members) => provisionGroupOnDemand(job, group, members),
    connections: job.connections,
    get failures() {
      return new Map([...job.escrow].map(([object, { reason }]) => [object, reason]));
    },
    traffic: job.sender.traffic,
    close: () => job.sender.close(),
  };
}

function newJob(tenant: Tenant, settings: ProvisioningSettings): ProvisioningJob {
  const parallel = settings.parallel ?? 4;
  const urlDialect: Dialect = /[?&]aadOptscim062020/i.test(settings.tenantUrl) ? 'flagged' : 'default';
  const dialectOf = settings.dialectOf ?? (() => urlDialect);
  return {
    tenant,
    sender: newScimSender({
      tenantUrl: settings.tenantUrl.replace(/[?&]aadOptscim062020=?(?=&|$)/i, ''),
      secretToken: settings.secretToken,
      parallel,
      attempts: settings.attempts ?? 5,
    }),
    dialectOf,
    isFlagged: (object) => dialectOf(object) === 'flagged',
    membersPerPatch: settings.membersPerPatch ?? (() => 1),
    parallel,
    connections: new Map(),
    managed: new Set(),
    escrow: new Map(),
    counts: new Map(),
    onProgress: settings.onProgress ?? (() => undefined),
  };
}

async function testConnection(job: ProvisioningJob): Promise<void> {
  const filter = urlEncode(equalityFilter('userName', randomUUID()));
  const answer = await job.sender.send({
    purpose: 'probe',
    method: 'GET',
    path: '/Users',
    query: `filter=${filter}`,
  });
  if (answer.status !== 200) throw new Error(`the connection test was answered ${answer.status}`);
  if (resourcesOf(answer).length > 0) throw new Error('the connection test found a user that cannot exist');
}

function countsOf({ counts }: ProvisioningJob): CycleCounts {
  const of = (outcome: Outcome) => counts.get(outcome) ?? 0;
  return {
    created: of('created'),
    connected: of('connected'),
    updated: of('updated'),
    disabled: of('disabled'),
    deleted: of('deleted'),
    unchanged: of('unchanged'),
    failed: of('failed'),
    managers: of('managers'),
    membersAdded: of('membersAdded'),
    membersRemoved: of('membersRemoved'),
    membersConfirmed: of('membersConfirmed'),
  };
}
