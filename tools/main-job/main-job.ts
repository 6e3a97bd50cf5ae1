import { foundCompany } from '../simulated-tenant/company.ts';
import type { Service } from './admin-calls.ts';
import { displayOn } from './display.ts';
import { runScimMainJob } from './scim-main-job.ts';
import { scimSummary } from './summary.ts';

export interface MainJob {
  /** Whether all that was sent is stored as it was sent, and nothing else. */
  readonly verified: boolean;
}

/** Runs the main job against a service that is up, and shows what it does and what came of it. */
export async function runMainJob(service: Service, stream: NodeJS.WriteStream): Promise<MainJob> {
  const display = displayOn(stream);
  const started = performance.now();
  const tenant = foundCompany(companySeed);
  display.line(
    `Simulated tenant: ${tenant.displayName}, ${tenant.users.size} users, ${tenant.groups.size} groups.`,
  );
  const scim = await runScimMainJob(tenant, service, display);
  for (const line of scimSummary(scim)) display.line(line);
  const verified = scim.faults.length === 0;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  display.line(`${verified ? 'Everything verified' : 'NOT everything was verified'} in ${seconds} s.`);
  for (const line of addresses(service, scim.connection.tenantUrl)) display.line(line);
  return { verified };
}

const companySeed = 'nordlicht';

const addresses = ({ origin, organizationId, adminKey }: Service, tenantUrl: string): string[] => [
  '',
  `SCIM (Tenant URL for Entra)   ${tenantUrl}`,
  `Admin API                     ${origin}/api/v1/orgs/${organizationId}`,
  `Admin key                     ${adminKey}`,
  `OpenAPI                       ${origin}/api/openapi.json`,
  `Health                        ${origin}/health/ready`,
];
