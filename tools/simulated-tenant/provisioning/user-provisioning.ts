import type { JsonObject } from '../../../shared/model/json.ts';
import type { TenantUser } from '../tenant-objects.ts';
import { enterprise, valueAt } from './attribute-paths.ts';
import { differencesOf, isActive, mappedUser, newUserBody, userNameOf } from './mappings.ts';
import { attributeOperations, managerOperation } from './patch-dialects.ts';
import {
  connect,
  create,
  current,
  matching,
  noteOutcome,
  type ProvisioningJob,
  patch,
  remove,
} from './provisioning-job.ts';

/** Brings one user of the target up to date: create, one PATCH with all that differs, disable, delete, or nothing. */
export async function provisionUser(job: ProvisioningJob, user: TenantUser): Promise<void> {
  if (user.life === 'gone') {
    if (job.managed.delete(user.id)) await remove(job, user.id, 'Users');
    return;
  }
  if (isActive(job.tenant, user)) {
    job.managed.add(user.id);
    await createOrUpdate(job, user);
    return;
  }
  await disable(job, user);
  if (!job.tenant.isAssigned(user.id)) job.managed.delete(user.id);
}

/** The target's copy: by its cached id, else by the matching attribute, and connected from then on. */
export async function findUser(job: ProvisioningJob, user: TenantUser): Promise<JsonObject | undefined> {
  const known = await current(job, user.id, 'Users');
  if (known !== undefined) return known;
  return await matchUser(job, user);
}

export async function matchUser(job: ProvisioningJob, user: TenantUser): Promise<JsonObject | undefined> {
  const value = userNameOf(user.userPrincipalName);
  const found = await matching(job, user.id, { type: 'Users', attribute: 'userName', value });
  if (found !== undefined) {
    connect(job, user.id, found);
    noteOutcome(job, 'connected');
  }
  return found;
}

/** Patches what differs from a copy that was just read. */
export async function updateUser(
  job: ProvisioningJob,
  user: TenantUser,
  resource: JsonObject,
): Promise<void> {
  const dialect = job.dialectOf(user.id);
  const operations = attributeOperations(dialect, differencesOf(mappedUser(job.tenant, user), resource));
  const manager = managerChange(job, user, resource);
  if (manager !== undefined) operations.push(managerOperation(dialect, manager.to, manager.replaces));
  if (operations.length === 0) {
    noteOutcome(job, 'unchanged');
    return;
  }
  await patch(job, user.id, { type: 'Users', operations, purpose: 'patch' });
  noteOutcome(job, 'updated');
  if (manager !== undefined) noteOutcome(job, 'managers');
}

/** The second step of a first cycle: a manager whose own id is known by now. */
export async function provisionManager(job: ProvisioningJob, user: TenantUser): Promise<void> {
  const manager = user.managerId === null ? undefined : job.connections.get(user.managerId);
  if (manager === undefined) return;
  const operations = [managerOperation(job.dialectOf(user.id), manager, false)];
  await patch(job, user.id, { type: 'Users', operations, purpose: 'manager' });
  noteOutcome(job, 'managers');
}

async function createOrUpdate(job: ProvisioningJob, user: TenantUser): Promise<void> {
  const found = await findUser(job, user);
  if (found === undefined) {
    await create(job, user.id, { type: 'Users', body: newUserBody(mappedUser(job.tenant, user)) });
  } else {
    await updateUser(job, user, found);
  }
}

/** Blocked, soft-deleted or out of scope: `active` and nothing else, once; a user never provisioned is not created for it. */
async function disable(job: ProvisioningJob, user: TenantUser): Promise<void> {
  if (!job.managed.has(user.id)) return;
  const resource = await current(job, user.id, 'Users');
  if (resource === undefined || resource['active'] === false) return;
  const operations = attributeOperations(job.dialectOf(user.id), [
    { path: 'active', value: false, replaces: true },
  ]);
  await patch(job, user.id, { type: 'Users', operations, purpose: 'patch' });
  noteOutcome(job, 'disabled');
}

/** A manager who is not in the target is no reference; one who left Entra is taken away. */
function managerChange(
  job: ProvisioningJob,
  user: TenantUser,
  resource: JsonObject,
): { readonly to: string | undefined; readonly replaces: boolean } | undefined {
  const to = user.managerId === null ? undefined : job.connections.get(user.managerId);
  if (to === undefined && user.managerId !== null) return undefined;
  const from = managerIn(resource);
  if (from === to || (to === undefined && (from === undefined || from === ''))) return undefined;
  return { to, replaces: from !== undefined };
}

function managerIn(resource: JsonObject): string | undefined {
  const manager = valueAt(resource, `${enterprise}:manager`);
  if (typeof manager !== 'object' || manager === null || Array.isArray(manager)) return undefined;
  const value = (manager as JsonObject)['value'];
  return typeof value === 'string' ? value : undefined;
}
