import type { Change, TenantGroup, TenantUser } from '../tenant-objects.ts';
import { connectedMembers, hasMember, provisionGroup, provisionMembers } from './group-provisioning.ts';
import { inParallel } from './in-parallel.ts';
import type { MemberChanges } from './patch-dialects.ts';
import { escrowing, noteOutcome, type Progress, type ProvisioningJob } from './provisioning-job.ts';
import { provisionManager, provisionUser } from './user-provisioning.ts';

/** Everything in scope: users, then their managers, then groups, then memberships. */
export async function evaluateAll(job: ProvisioningJob, how: 'send' | 'confirm'): Promise<void> {
  const users = [...job.tenant.users.values()].filter(({ id }) => job.tenant.isAssigned(id));
  const before = new Set(job.connections.keys());
  await evaluateUsers(job, users);
  await evaluateManagers(
    job,
    users.filter(({ id }) => how === 'send' && !before.has(id)),
  );
  const groups = [...job.tenant.groups.values()].filter(({ id }) => job.tenant.isAssigned(id));
  await evaluateGroups(job, groups);
  const connected = groups.filter(({ id }) => job.connections.has(id));
  if (how === 'send') {
    await sendMemberships(
      job,
      new Map(connected.map((group) => [group.id, { add: connectedMembers(job, group), remove: [] }])),
    );
  } else {
    await confirmMemberships(job, connected);
  }
}

/** What the change log tells, and what is in escrow. */
export async function evaluateChanges(job: ProvisioningJob, changes: readonly Change[]): Promise<void> {
  const { tenant } = job;
  const touched = new Set(changes.filter(({ kind }) => kind !== 'member').map(({ id }) => id));
  for (const id of job.escrow.keys()) touched.add(id);
  const users = [...touched].map((id) => tenant.users.get(id)).filter((user) => user !== undefined);
  await evaluateUsers(
    job,
    users.filter(({ id }) => tenant.isAssigned(id) || job.managed.has(id)),
  );
  const groups = [...touched].map((id) => tenant.groups.get(id)).filter((group) => group !== undefined);
  const empty = await evaluateGroups(
    job,
    groups.filter(({ id }) => tenant.isAssigned(id) || job.connections.has(id)),
  );
  await sendMemberships(job, memberChanges(job, changes, empty));
}

/** Net changes of the memberships that both ends are provisioned for; a group without members there gets all of them. */
function memberChanges(
  job: ProvisioningJob,
  changes: readonly Change[],
  empty: ReadonlySet<string>,
): ReadonlyMap<string, MemberChanges> {
  const pairs = new Map<string, Map<string, boolean>>();
  const note = (group: TenantGroup, member: string) => {
    const members = pairs.get(group.id) ?? new Map<string, boolean>();
    pairs.set(group.id, members.set(member, group.members.has(member)));
  };
  for (const change of changes) {
    const group = job.tenant.groups.get(change.id);
    if (change.kind === 'member' && group?.life === 'live') note(group, change.member);
  }
  for (const id of [...empty, ...job.escrow.keys()]) {
    const group = job.tenant.groups.get(id);
    for (const member of group?.members ?? []) if (group !== undefined) note(group, member);
  }
  const idsOf = (members: ReadonlyMap<string, boolean>, wanted: boolean) =>
    [...members]
      .filter(([, isMember]) => isMember === wanted)
      .map(([member]) => job.connections.get(member))
      .filter((id) => id !== undefined);
  return new Map(
    [...pairs]
      .filter(([group]) => job.connections.has(group))
      .map(([group, members]) => [group, { add: idsOf(members, true), remove: idsOf(members, false) }]),
  );
}

const evaluateUsers = (job: ProvisioningJob, users: readonly TenantUser[]) =>
  forEach(job, { phase: 'users', objects: users }, (user) =>
    escrowing(job, user.id, () => provisionUser(job, user)),
  );

const evaluateManagers = (job: ProvisioningJob, users: readonly TenantUser[]) =>
  forEach(job, { phase: 'managers', objects: users.filter(({ id }) => job.connections.has(id)) }, (user) =>
    escrowing(job, user.id, () => provisionManager(job, user)),
  );

async function evaluateGroups(
  job: ProvisioningJob,
  groups: readonly TenantGroup[],
): Promise<ReadonlySet<string>> {
  const empty = new Set<string>();
  await forEach(job, { phase: 'groups', objects: groups }, (group) =>
    escrowing(job, group.id, async () => {
      if (await provisionGroup(job, group)) empty.add(group.id);
    }),
  );
  return empty;
}

const sendMemberships = (job: ProvisioningJob, changes: ReadonlyMap<string, MemberChanges>) =>
  forEach(job, { phase: 'memberships', objects: [...changes] }, ([group, members]) =>
    escrowing(job, group, () => provisionMembers(job, group, members)),
  );

/** Small groups are asked member by member; large ones are sent once more, which must change nothing. */
const confirmMemberships = (job: ProvisioningJob, groups: readonly TenantGroup[]) =>
  forEach(job, { phase: 'memberships', objects: groups }, (group) =>
    escrowing(job, group.id, async () => {
      const members = connectedMembers(job, group);
      if (members.length > checkedMembersMax) {
        await provisionMembers(job, group.id, { add: members, remove: [] });
        return;
      }
      const missing: string[] = [];
      for (const member of members) {
        if (await hasMember(job, group.id, member)) noteOutcome(job, 'membersConfirmed');
        else missing.push(member);
      }
      await provisionMembers(job, group.id, { add: missing, remove: [] });
    }),
  );

const checkedMembersMax = 40;

async function forEach<T>(
  job: ProvisioningJob,
  { phase, objects }: { readonly phase: Progress['phase']; readonly objects: readonly T[] },
  work: (object: T) => Promise<void>,
): Promise<void> {
  let done = 0;
  await inParallel(objects, job.parallel, async (object) => {
    await work(object);
    done++;
    job.onProgress({ phase, done, total: objects.length });
  });
}
