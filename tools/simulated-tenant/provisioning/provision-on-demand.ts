import { randomUUID } from 'node:crypto';
import { matchGroup, patchMembers, updateGroup } from './group-provisioning.ts';
import { isActive, mappedGroup, mappedUser, newGroupBody, newUserBody } from './mappings.ts';
import { create, matching, type ProvisioningJob } from './provisioning-job.ts';
import { matchUser, provisionUser, updateUser } from './user-provisioning.ts';

/**
 * One user at an admin's wish: probe, match by query although the id is known, then one PATCH or POST.
 * The flag of the Tenant URL stays in the URL and is not honoured: operations are always in the default dialect.
 */
export async function provisionUserOnDemand(job: ProvisioningJob, id: string): Promise<void> {
  const user = job.tenant.users.get(id);
  if (user === undefined) throw new Error(`the tenant has no user ${id}`);
  const onDemand = inDefaultDialect(job);
  await matching(onDemand, id, { type: 'Users', attribute: 'userName', value: randomUUID() });
  const found = await matchUser(onDemand, user);
  if (!isActive(job.tenant, user)) {
    await provisionUser(onDemand, user);
    return;
  }
  job.managed.add(id);
  if (found === undefined) {
    await create(onDemand, id, { type: 'Users', body: newUserBody(mappedUser(job.tenant, user)) });
  } else {
    await updateUser(onDemand, user, found);
  }
}

/** One group with up to five of its members, all in one PATCH. */
export async function provisionGroupOnDemand(
  job: ProvisioningJob,
  id: string,
  members: readonly string[],
): Promise<void> {
  const group = job.tenant.groups.get(id);
  if (group === undefined) throw new Error(`the tenant has no group ${id}`);
  if (members.length > onDemandMembersMax) throw new Error('at most five members are provisioned on demand');
  const onDemand = inDefaultDialect(job);
  await matching(onDemand, id, { type: 'Groups', attribute: 'displayName', value: randomUUID() });
  const found = await matchGroup(onDemand, group);
  if (found === undefined) {
    await create(onDemand, id, { type: 'Groups', body: newGroupBody(mappedGroup(group)) });
  } else {
    await updateGroup(onDemand, group, found);
  }
  const add = members.map((member) => job.connections.get(member)).filter((target) => target !== undefined);
  await patchMembers(onDemand, id, { add, remove: [] });
}

const onDemandMembersMax = 5;

/** The job with its operations in the default dialect and its URLs as they were. */
const inDefaultDialect = (job: ProvisioningJob): ProvisioningJob => ({ ...job, dialectOf: () => 'default' });
