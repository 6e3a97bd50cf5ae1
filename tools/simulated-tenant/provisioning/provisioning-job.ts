import type { JsonObject } from '../../../shared/model/json.ts';
import type { Tenant } from '../tenant.ts';
import { equalityFilter, urlEncode } from './dotnet-url.ts';
import { type Dialect, patchBody } from './patch-dialects.ts';
import type { ScimAnswer, ScimCall, ScimSender } from './scim-sender.ts';
import type { Purpose } from './traffic.ts';

/** One synchronization job of an enterprise application: what it remembers between cycles. */
export interface ProvisioningJob {
  readonly tenant: Tenant;
  readonly sender: ScimSender;
  /** Which dialect an object's operations are in. */
  readonly dialectOf: (objectId: string) => Dialect;
  /** Whether the flag stands in the URLs of an object's requests. */
  readonly isFlagged: (objectId: string) => boolean;
  readonly membersPerPatch: (memberCount: number) => number;
  readonly parallel: number;
  /** The target's id of each object that is connected. */
  readonly connections: Map<string, string>;
  /** Users that the job still manages: one that was unassigned is never deleted. */
  readonly managed: Set<string>;
  /** What failed and is tried again with the next cycle. */
  readonly escrow: Map<string, EscrowEntry>;
  readonly counts: Map<Outcome, number>;
  readonly onProgress: (progress: Progress) => void;
}

export type Outcome =
  | 'created'
  | 'connected'
  | 'updated'
  | 'disabled'
  | 'deleted'
  | 'unchanged'
  | 'failed'
  | 'managers'
  | 'membersAdded'
  | 'membersRemoved'
  | 'membersConfirmed';

export interface EscrowEntry {
  readonly reason: string;
  readonly failures: number;
}

export interface Progress {
  readonly phase: 'users' | 'managers' | 'groups' | 'memberships';
  readonly done: number;
  readonly total: number;
}

/** An answer that fails the object it is about. */
export class ProvisioningError extends Error {
  override readonly name = 'ProvisioningError';
  readonly status: number;

  constructor(call: ScimCall, answer: ScimAnswer) {
    super(
      `${call.method} ${call.path} was answered ${answer.status}: ${String(answer.body?.['detail'] ?? '')}`,
    );
    this.status = answer.status;
  }
}

export type ResourceType = 'Users' | 'Groups';

/** Sends a request about an object and takes any answer but 2xx and 404 for a failure of that object. */
export async function ask(job: ProvisioningJob, object: string, call: ScimCall): Promise<ScimAnswer> {
  const answer = await job.sender.send({ ...call, flagged: job.isFlagged(object) });
  if (answer.status === 404 && !isQuery(call)) return answer;
  if (answer.status < 200 || answer.status > 299) throw new ProvisioningError(call, answer);
  return answer;
}

/** The one resource whose matching attribute has this value, or undefined; two are a failure. */
export async function matching(
  job: ProvisioningJob,
  object: string,
  by: { readonly type: ResourceType; readonly attribute: string; readonly value: string },
): Promise<JsonObject | undefined> {
  const filter = `filter=${urlEncode(equalityFilter(by.attribute, by.value))}`;
  const call: ScimCall = {
    purpose: 'match',
    method: 'GET',
    path: `/${by.type}`,
    query: by.type === 'Groups' ? `excludedAttributes=members&${filter}` : filter,
  };
  const answer = await ask(job, object, call);
  const found = resourcesOf(answer);
  if (found.length > 1)
    throw new Error(`DuplicateTargetEntries: ${found.length} ${by.type} match ${by.value}`);
  return found[0];
}

/** The resource behind a cached id, or undefined when the target no longer has it. */
export async function current(
  job: ProvisioningJob,
  object: string,
  type: ResourceType,
): Promise<JsonObject | undefined> {
  const id = job.connections.get(object);
  if (id === undefined) return undefined;
  const query = type === 'Groups' ? 'excludedAttributes=members' : undefined;
  const answer = await ask(job, object, { purpose: 'read', method: 'GET', path: `/${type}/${id}`, query });
  if (answer.status === 404) job.connections.delete(object);
  return answer.status === 404 ? undefined : answer.body;
}

/** Creates the resource and remembers its id. */
export async function create(
  job: ProvisioningJob,
  object: string,
  { type, body }: { readonly type: ResourceType; readonly body: JsonObject },
): Promise<void> {
  const answer = await ask(job, object, { purpose: 'create', method: 'POST', path: `/${type}`, body });
  connect(job, object, answer.body);
  noteOutcome(job, 'created');
}

export async function patch(
  job: ProvisioningJob,
  object: string,
  change: {
    readonly type: ResourceType;
    readonly operations: readonly JsonObject[];
    readonly purpose: Purpose;
  },
): Promise<void> {
  const path = `/${change.type}/${job.connections.get(object)}`;
  const call: ScimCall = {
    purpose: change.purpose,
    method: 'PATCH',
    path,
    body: patchBody(change.operations),
  };
  const answer = await ask(job, object, call);
  if (answer.status === 404) throw new ProvisioningError(call, answer);
}

/** Deletes what the object is connected with; one that is gone already counts as deleted. */
export async function remove(job: ProvisioningJob, object: string, type: ResourceType): Promise<void> {
  const id = job.connections.get(object);
  if (id === undefined) return;
  await ask(job, object, { purpose: 'delete', method: 'DELETE', path: `/${type}/${id}` });
  job.connections.delete(object);
  noteOutcome(job, 'deleted');
}

/** Remembers the target's id of an object; an answer without one cannot be worked with. */
export function connect(job: ProvisioningJob, object: string, resource: JsonObject | undefined): void {
  const id = resource?.['id'];
  if (typeof id !== 'string') throw new Error('ServiceIncompatible: the answer holds no id');
  job.connections.set(object, id);
}

export function noteOutcome(job: ProvisioningJob, outcome: Outcome, count = 1): void {
  job.counts.set(outcome, (job.counts.get(outcome) ?? 0) + count);
}

/** Does the work of one object; what fails goes into escrow, what succeeds comes out of it. */
export async function escrowing(
  job: ProvisioningJob,
  object: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
    job.escrow.delete(object);
  } catch (error) {
    const failures = (job.escrow.get(object)?.failures ?? 0) + 1;
    job.escrow.set(object, { reason: error instanceof Error ? error.message : String(error), failures });
    noteOutcome(job, 'failed');
  }
}

/** Resources of a ListResponse; anything else is no SCIM service. */
export function resourcesOf(answer: ScimAnswer): readonly JsonObject[] {
  const { totalResults, Resources } = answer.body ?? {};
  if (typeof totalResults !== 'number' || (totalResults > 0 && !Array.isArray(Resources))) {
    throw new Error('ServiceIncompatible: the answer to a query is no ListResponse');
  }
  return (Resources ?? []) as readonly JsonObject[];
}

const isQuery = ({ method, path }: ScimCall) => method === 'GET' && /^[/](Users|Groups)$/.test(path);
