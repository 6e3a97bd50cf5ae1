import { foundCompany } from './company.ts';
import { allPermissions } from './graph/graph-state.ts';
import { type SimulatedGraph, startSimulatedGraph } from './graph/simulated-graph.ts';
import type { Tenant } from './tenant.ts';

/** A company in Entra with a Graph endpoint on this machine. */
export interface SimulatedEntra {
  readonly tenant: Tenant;
  readonly graph: SimulatedGraph;
}

/** Founds the company of a seed and serves its Graph, with a token that names the permissions it carries. */
export async function startSimulatedEntra(seed: string): Promise<SimulatedEntra> {
  const tenant = foundCompany(seed);
  const token = tokenWith({ tid: tenant.id, roles: [...allPermissions] });
  return { tenant, graph: await startSimulatedGraph(tenant, { token }) };
}

/** In the form of Entra's access tokens; nobody but the simulated Graph takes it, and it compares it whole. */
function tokenWith(claims: Readonly<Record<string, string | readonly string[]>>): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.simulated`;
}
