import { freeGroupName, groupProperties } from './company-groups.ts';
import { peopleMaker } from './people.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';
import type { Tenant } from './tenant.ts';
import { defaultAppRoleId, type TenantGroup, type TenantUser } from './tenant-objects.ts';

/** What one round of change did, by kind; counts of objects or of memberships. */
export type RoundOfChange = Readonly<Record<keyof typeof changes, number>>;

/**
 * A few days in the life of the company, the same for the same seed and round: people marry, move, leave and come back,
 * groups are renamed, filled, emptied, nested and taken apart. Nobody is changed twice in one round.
 */
export function evolve(tenant: Tenant, round: number): RoundOfChange {
  const random = seededRandom(`round ${tenant.seed} ${round}`);
  const life: Life = { tenant, random, round, touched: new Set() };
  const counts: Record<string, number> = {};
  for (const [name, change] of Object.entries(changes)) counts[name] = change(life);
  return counts as RoundOfChange;
}

interface Life {
  readonly tenant: Tenant;
  readonly random: SeededRandom;
  readonly round: number;
  readonly touched: Set<string>;
}

const changes = {
  enables: (life: Life) =>
    forSome(life, { share: 0.5, of: disabledSinceFounding(life.tenant) }, ({ id }) =>
      life.tenant.changeUser(id, { accountEnabled: true }),
    ),
  restores: (life: Life) =>
    forSome(life, { share: 0.4, of: usersOf(life.tenant, 'soft-deleted') }, ({ id }) =>
      life.tenant.restore(id),
    ),
  purges: (life: Life) =>
    forSome(life, { share: 0.5, of: usersOf(life.tenant, 'soft-deleted') }, ({ id }) =>
      life.tenant.purge(id),
    ),
  renames: (life: Life) => {
    const people = newcomers(life);
    return forSome(life, { share: 0.02, of: employees(life.tenant) }, (user) =>
      life.tenant.changeUser(user.id, people.renamed(user)),
    );
  },
  moves: (life: Life) =>
    forSome(life, { share: 0.03, of: enabledUsers(life.tenant) }, ({ id }) =>
      life.tenant.changeUser(id, {
        jobTitle: life.random.pick([
          'Projektleiter/in',
          'Senior "Fixer"',
          'Agent de maîtrise',
          '係長',
          'Team Lead',
        ]),
        officeLocation: `Umzug ${life.round}.${life.random.below(90)}`,
        mobilePhone: `+49 170 ${1_000_000 + life.random.below(8_999_999)}`,
      }),
    ),
  managers: (life: Life) => {
    const chiefs = managers(life.tenant);
    return forSome(life, { share: 0.02, of: employees(life.tenant) }, ({ id, managerId }) =>
      life.tenant.changeUser(id, {
        managerId: life.random.pick(chiefs.filter((chief) => chief !== id && chief !== managerId)),
      }),
    );
  },
  disables: (life: Life) =>
    forSome(life, { share: 0.012, of: enabledUsers(life.tenant) }, ({ id }) =>
      life.tenant.changeUser(id, { accountEnabled: false }),
    ),
  deletes: (life: Life) =>
    forSome(life, { share: 0.008, of: enabledUsers(life.tenant) }, ({ id }) => life.tenant.delete(id)),
  hires: (life: Life) => hireSome(life),
  joins: (life: Life) => changeMemberships(life, joinSome),
  leaves: (life: Life) => changeMemberships(life, leaveSome),
  groupRenames: (life: Life) =>
    forSome(life, { share: 0.03, of: liveGroups(life.tenant) }, ({ id }) =>
      life.tenant.changeGroup(id, { displayName: freeGroupName(life.tenant, life.random) }),
    ),
  groupRestores: (life: Life) =>
    forSome(life, { share: 0.5, of: deletedGroups(life.tenant) }, ({ id }) => life.tenant.restore(id)),
  groupDeletes: (life: Life) =>
    forSome(life, { share: 0.012, of: liveGroups(life.tenant) }, ({ id }) => life.tenant.delete(id)),
  newGroups: (life: Life) => foundGroups(life),
  unnests: (life: Life) => renest(life),
  dynamicChurn: (life: Life) => churnDynamicGroups(life),
};

/** Lets `work` happen to a share of the objects, at least to one, and never twice in one round to the same. */
function forSome<T extends { readonly id: string }>(
  { random, touched }: Life,
  { share, of }: { readonly share: number; readonly of: readonly T[] },
  work: (object: T) => void,
): number {
  const free = of.filter(({ id }) => !touched.has(id));
  const chosen = random.sample(free, Math.ceil(of.length * share));
  for (const object of chosen) {
    touched.add(object.id);
    work(object);
  }
  return chosen.length;
}

function hireSome(life: Life): number {
  const { tenant, random, round, touched } = life;
  const people = newcomers(life);
  const count = Math.ceil(tenant.users.size / 200);
  const groups = liveGroups(tenant).filter(isFilledByHand);
  for (let number = 0; number < count; number++) {
    const id = random.uuid();
    touched.add(id);
    tenant.addUser(id, { ...people.employee(900_000 + round * 1000 + number), accountEnabled: true });
    if (number % 2 === 0) tenant.assign(id, { id: random.uuid(), appRoleId: defaultAppRoleId });
    for (const group of random.sample(groups, 4)) tenant.addMember(group.id, id);
  }
  return count;
}

/** Changes up to twelve memberships of every tenth group that people are put into by hand. */
function changeMemberships(life: Life, change: (life: Life, group: TenantGroup) => number): number {
  const groups = liveGroups(life.tenant).filter(isFilledByHand);
  const chosen = life.random.sample(groups, Math.ceil(groups.length / 10));
  return chosen.reduce((sum, group) => sum + change(life, group), 0);
}

function joinSome({ tenant, random }: Life, group: TenantGroup): number {
  const users = random.sample(enabledUsers(tenant), 1 + random.below(12));
  return users.filter(({ id }) => tenant.addMember(group.id, id)).length;
}

function leaveSome({ tenant, random }: Life, group: TenantGroup): number {
  const users = [...group.members].filter((id) => tenant.users.get(id)?.life === 'live');
  return random.sample(users, random.below(12)).filter((id) => tenant.removeMember(group.id, id)).length;
}

function foundGroups({ tenant, random, touched }: Life): number {
  for (const assigned of [true, false]) {
    const id = random.uuid();
    touched.add(id);
    tenant.addGroup(id, groupProperties(freeGroupName(tenant, random)));
    if (assigned) tenant.assign(id, { id: random.uuid(), appRoleId: defaultAppRoleId });
    for (const user of random.sample(enabledUsers(tenant), 15)) tenant.addMember(id, user.id);
  }
  return 2;
}

/** Takes some nested groups out of their parents and hangs them elsewhere; circles may arise, Entra does not forbid them. */
function renest({ tenant, random }: Life): number {
  const nested = liveGroups(tenant).flatMap((group) =>
    [...group.members]
      .filter((member) => tenant.groups.get(member)?.life === 'live')
      .map((child) => ({ parent: group.id, child })),
  );
  const chosen = random.sample(nested, Math.ceil(nested.length / 20));
  for (const { parent, child } of chosen) {
    tenant.removeMember(parent, child);
    const assigned = tenant.isAssigned(child);
    const places = liveGroups(tenant).filter(
      (group) => isFilledByHand(group) && group.id !== child && tenant.isAssigned(group.id) === assigned,
    );
    tenant.addMember(random.pick(places).id, child);
  }
  return chosen.length;
}

/** A rule engine at work: a dynamic group empties in one round and fills again in the next. */
function churnDynamicGroups({ tenant, random, round }: Life): number {
  const dynamic = liveGroups(tenant).filter((group) => !isFilledByHand(group));
  for (const [index, group] of dynamic.entries()) {
    if ((index + round) % 2 === 0)
      for (const member of [...group.members]) tenant.removeMember(group.id, member);
    else for (const user of random.sample(enabledUsers(tenant), 20)) tenant.addMember(group.id, user.id);
  }
  return dynamic.length;
}

const newcomers = ({ tenant, random }: Life) => {
  const names = new Set([...tenant.users.values()].map(({ userPrincipalName }) => userPrincipalName));
  return peopleMaker(random, (name) => names.has(name));
};

const usersOf = (tenant: Tenant, life: TenantUser['life']) =>
  [...tenant.users.values()].filter((user) => user.life === life);

const enabledUsers = (tenant: Tenant) =>
  usersOf(tenant, 'live').filter(({ accountEnabled }) => accountEnabled);

const employees = (tenant: Tenant) => enabledUsers(tenant).filter(({ employeeId }) => employeeId !== null);

/** Users that were enabled once: those that never were have no memberships in the target, and none are caught up. */
const disabledSinceFounding = (tenant: Tenant) =>
  usersOf(tenant, 'live').filter(({ accountEnabled, wasEnabled }) => !accountEnabled && wasEnabled);

const managers = (tenant: Tenant): readonly string[] => {
  const named = new Set([...tenant.users.values()].map(({ managerId }) => managerId));
  return employees(tenant)
    .filter(({ id }) => named.has(id) && tenant.isAssigned(id))
    .map(({ id }) => id);
};

const liveGroups = (tenant: Tenant) => [...tenant.groups.values()].filter(({ life }) => life === 'live');

/** Groups that can be restored without anyone having to put them back into other groups of the application. */
const deletedGroups = (tenant: Tenant) =>
  [...tenant.groups.values()].filter(
    ({ id, life }) =>
      life === 'soft-deleted' && !tenant.groupsOf(id).some((parent) => tenant.isAssigned(parent)),
  );

const isFilledByHand = ({ groupTypes }: TenantGroup) => !groupTypes.includes('DynamicMembership');
