import { tableNestedStore } from '../../shared/storage/table-nested-store.ts';
import { openTable } from '../../shared/storage/tables.ts';
import type { SimulatedEntra } from '../simulated-tenant/simulated-entra.ts';
import type { Service } from './admin-calls.ts';
import { displayOn } from './display.ts';
import { runNestedMainJob } from './nested-main-job.ts';
import { nestedSummary } from './nested-summary.ts';
import { runScimMainJob } from './scim-main-job.ts';
import { scimSummary } from './summary.ts';

export interface MainJob {
  /** Whether all that was sent or read is stored as it was, and nothing else. */
  readonly verified: boolean;
}

/** A service that is up, and the storage below it. */
export interface EmbeddedService extends Service {
  readonly connectionString: string;
}

/** Runs both ways of the main job against a service that is up, and shows what they do and what came of it. */
export async function runMainJob(
  { tenant, graph }: SimulatedEntra,
  service: EmbeddedService,
  stream: NodeJS.WriteStream,
): Promise<MainJob> {
  const display = displayOn(stream);
  const started = performance.now();
  display.line(
    `Simulated tenant: ${tenant.displayName}, ${tenant.users.size} users, ${tenant.groups.size} groups.`,
  );
  const scim = await runScimMainJob(tenant, service, display);
  const store = tableNestedStore(
    openTable({ kind: 'connection-string', value: service.connectionString }, 'directory'),
  );
  const nested = await runNestedMainJob({ tenant, graph, store }, service, display);
  for (const line of [...scimSummary(scim), ...nestedSummary(nested)]) display.line(line);
  const verified = scim.faults.length + nested.faults.length === 0;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  display.line('');
  display.line(`${verified ? 'Everything verified' : 'NOT everything was verified'} in ${seconds} s.`);
  for (const line of addresses(service, { scim: scim.connection.tenantUrl, graph: graph.url }))
    display.line(line);
  return { verified };
}

const addresses = (
  { origin, organizationId, adminKey }: Service,
  { scim, graph }: { readonly scim: string; readonly graph: string },
): string[] => [
  '',
  `SCIM (Tenant URL for Entra)   ${scim}`,
  `Simulated Microsoft Graph     ${graph}`,
  `Admin API                     ${origin}/api/v1/orgs/${organizationId}`,
  `Admin key                     ${adminKey}`,
  `OpenAPI                       ${origin}/api/openapi.json`,
  `Health                        ${origin}/health/ready`,
];
