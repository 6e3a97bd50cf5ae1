import type { JsonObject } from '../../../shared/model/json.ts';
import type { TenantGroup } from '../tenant-objects.ts';
import { urlEncode } from './dotnet-url.ts';
import { differencesOf, mappedGroup, newGroupBody } from './mappings.ts';
import { attributeOperations, type MemberChanges, memberOperations } from './patch-dialects.ts';
import {
  ask,
  connect,
  create,
  current,
  matching,
  noteOutcome,
  type ProvisioningJob,
  patch,
  remove,
  resourcesOf,
} from './provisioning-job.ts';

/** Brings one group of the target up to date, its members apart; true when it has no members there yet. */
export async function provisionGroup(job: ProvisioningJob, group: TenantGroup): Promise<boolean> {
  if (group.life !== 'live' || !job.tenant.isAssigned(group.id)) {
    await remove(job, group.id, 'Groups');
    return false;
  }
  const found = (await current(job, group.id, 'Groups')) ?? (await matchGroup(job, group));
  if (found === undefined) {
    await create(job, group.id, { type: 'Groups', body: newGroupBody(mappedGroup(group)) });
    return true;
  }
  await updateGroup(job, group, found);
  return false;
}

export async function matchGroup(job: ProvisioningJob, group: TenantGroup): Promise<JsonObject | undefined> {
  const by = { type: 'Groups', attribute: 'displayName', value: group.displayName } as const;
  const found = await matching(job, group.id, by);
  if (found === undefined) return undefined;
  if (Array.isArray(found['members']))
    throw new Error('MultipleEntriesInResponse: members were to be left out');
  connect(job, group.id, found);
  noteOutcome(job, 'connected');
  return found;
}

export async function updateGroup(
  job: ProvisioningJob,
  group: TenantGroup,
  resource: JsonObject,
): Promise<void> {
  const differences = differencesOf(mappedGroup(group), resource);
  if (differences.length === 0) {
    noteOutcome(job, 'unchanged');
    return;
  }
  const operations = attributeOperations(job.dialectOf(group.id), differences);
  await patch(job, group.id, { type: 'Groups', operations, purpose: 'patch' });
  noteOutcome(job, 'updated');
}

/** Adds and removes direct members, so many to a PATCH as the job's setting says for a change of this size. */
export async function provisionMembers(
  job: ProvisioningJob,
  group: string,
  changes: MemberChanges,
): Promise<void> {
  const size = job.membersPerPatch(changes.add.length + changes.remove.length);
  for (const add of slices(changes.add, size)) {
    await patchMembers(job, group, { add, remove: [] });
    noteOutcome(job, 'membersAdded', add.length);
  }
  for (const gone of slices(changes.remove, size)) {
    await patchMembers(job, group, { add: [], remove: gone });
    noteOutcome(job, 'membersRemoved', gone.length);
  }
}

/** Asks, without reading a member list, whether the target has this membership. */
export async function hasMember(job: ProvisioningJob, group: string, member: string): Promise<boolean> {
  const filter = urlEncode(`id eq "${job.connections.get(group)}" and members eq "${member}"`);
  const answer = await ask(job, group, {
    purpose: 'check',
    method: 'GET',
    path: '/Groups',
    query: `attributes=id&filter=${filter}`,
  });
  return resourcesOf(answer).length > 0;
}

/** Ids in the target of all members that are there: users that were provisioned, groups that are assigned as well. */
export function connectedMembers(job: ProvisioningJob, group: TenantGroup): readonly string[] {
  return [...group.members].map((member) => job.connections.get(member)).filter((id) => id !== undefined);
}

export async function patchMembers(
  job: ProvisioningJob,
  group: string,
  changes: MemberChanges,
): Promise<void> {
  const operations = memberOperations(job.dialectOf(group), changes);
  if (operations.length > 0) await patch(job, group, { type: 'Groups', operations, purpose: 'members' });
}

function* slices<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}
