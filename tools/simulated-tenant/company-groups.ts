import type { CompanySize } from './company-size.ts';
import { awkwardGroupNames, cultures, departments, projectAdjectives, projectNouns } from './name-lists.ts';
import { elementAt, powerLawShare, type SeededRandom } from './seeded-random.ts';
import type { Tenant } from './tenant.ts';
import { defaultAppRoleId, type GroupProperties } from './tenant-objects.ts';

/**
 * The company's groups: everyone, departments, offices and projects of power-law sizes, then structure made of groups:
 * divisions seven levels deep, diamonds, a circle; and, for Graph alone, every kind of group that behaves differently.
 */
export function fillGroups(tenant: Tenant, random: SeededRandom, size: CompanySize): void {
  const maker = groupMaker(tenant, random);
  fillAssigned(maker, size.assignedGroups);
  fillOthers(maker, size.otherGroups);
}

/** The properties of an ordinary cloud security group, changed where the caller says. */
export function groupProperties(
  displayName: string,
  special: Partial<GroupProperties> = {},
): GroupProperties {
  return {
    displayName,
    description: null,
    mailNickname: mailNicknameOf(displayName),
    mail: null,
    mailEnabled: false,
    securityEnabled: true,
    groupTypes: [],
    membershipRule: null,
    visibility: null,
    onPremisesSyncEnabled: null,
    isAssignableToRole: null,
    deletesSoftly: true,
    ...special,
  };
}

/** A name that no group has yet, without regard to letter case. */
export function freeGroupName(tenant: Tenant, random: SeededRandom): string {
  const used = new Set([...tenant.groups.values()].map(({ displayName }) => folded(displayName)));
  for (let number = 1; ; number++) {
    const plain = `${random.pick(projectAdjectives)} ${random.pick(projectNouns)}`;
    const name = number < 4 ? plain : `${plain} ${number}`;
    if (!used.has(folded(name))) return name;
  }
}

interface GroupMaker {
  readonly tenant: Tenant;
  readonly random: SeededRandom;
  /** Users of the enterprise application, and everybody. */
  readonly assignedUsers: readonly string[];
  readonly allUsers: readonly string[];
  add(displayName: string, members: readonly string[], special?: Partial<GroupProperties>): string;
  assign(group: string): string;
}

function groupMaker(tenant: Tenant, random: SeededRandom): GroupMaker {
  const users = [...tenant.users.values()];
  return {
    tenant,
    random,
    assignedUsers: users.filter(({ id }) => tenant.isAssigned(id)).map(({ id }) => id),
    allUsers: users.map(({ id }) => id),
    add(displayName, members, special) {
      const id = random.uuid();
      tenant.addGroup(id, groupProperties(displayName, special));
      for (const member of members) tenant.addMember(id, member);
      return id;
    },
    assign(group) {
      tenant.assign(group, { id: random.uuid(), appRoleId: defaultAppRoleId });
      return group;
    },
  };
}

function fillAssigned(maker: GroupMaker, count: number): void {
  const { tenant, random, assignedUsers } = maker;
  const groups: string[] = [];
  const add = (name: string, members: readonly string[]) => {
    if (groups.length < count) groups.push(maker.assign(maker.add(name, members)));
  };
  const usersWhere = (property: 'department' | 'city', value: string) =>
    assignedUsers.filter((id) => tenant.users.get(id)?.[property] === value);
  add('Alle Mitarbeitenden', assignedUsers);
  for (const { name } of departments) add(`Dept ${name}`, usersWhere('department', name));
  for (const { city } of cultures) add(`Office ${city}`, usersWhere('city', city));
  awkwardGroupNames.forEach((name, index) => {
    add(name, random.sample(assignedUsers, powerLawShare(assignedUsers.length * 0.4, index + 1)));
  });
  const projects = count - groups.length;
  for (let rank = 1; rank <= projects; rank++) {
    add(
      freeGroupName(tenant, random),
      random.sample(assignedUsers, powerLawShare(assignedUsers.length * 0.6, rank)),
    );
  }
  nest(maker, groups.slice(-Math.floor(count / 4)));
}

/** Ties groups into a tree three wide, then adds a diamond and a circle; every group keeps its own members. */
function nest({ tenant, random }: GroupMaker, groups: readonly string[]): void {
  groups.forEach((group, index) => {
    if (index > 0) tenant.addMember(elementAt(groups, Math.floor((index - 1) / 3)), group);
  });
  if (groups.length < 6) return;
  const [top, second, third] = groups;
  const bottom = elementAt(groups, groups.length - 1);
  if (top === undefined || second === undefined || third === undefined) return;
  tenant.addMember(second, bottom);
  tenant.addMember(third, bottom);
  tenant.addMember(bottom, random.pick([top, second]));
}

function fillOthers(maker: GroupMaker, count: number): void {
  const { tenant, random, allUsers } = maker;
  const before = tenant.groups.size;
  const kinds = specialGroups();
  for (let rank = 1; tenant.groups.size - before < count - divisions.length - 3; rank++) {
    const members = random.sample(allUsers, rank % 25 === 0 ? 0 : powerLawShare(allUsers.length / 3, rank));
    const special = rank % 4 === 0 ? elementAt(kinds, Math.floor(rank / 4) % kinds.length) : {};
    maker.add(freeGroupName(tenant, random), members, special);
  }
  const plain = [...tenant.groups.values()].slice(before).filter(({ groupTypes }) => groupTypes.length === 0);
  nest(
    maker,
    plain.slice(0, Math.floor(count / 3)).map(({ id }) => id),
  );
  nestDivisions(
    maker,
    plain.map(({ id }) => id),
  );
  sameNames(maker);
  strangers(
    maker,
    plain.slice(0, 12).map(({ id }) => id),
  );
}

const divisions = [
  'Konzern',
  'Division Nord',
  'Bereich Küste',
  'Werk Süd',
  'Halle 7',
  'Linie B',
  'Schicht früh',
  'Team Æ',
];

/** A chain eight deep whose lower half is also reached by a short cut, and whose end leads back to its middle. */
function nestDivisions(maker: GroupMaker, plain: readonly string[]): void {
  const { tenant, random, allUsers } = maker;
  const chain = divisions.map((name) => maker.add(name, random.sample(allUsers, 12)));
  chain.slice(1).forEach((group, index) => {
    tenant.addMember(elementAt(chain, index), group);
  });
  tenant.addMember(elementAt(chain, 0), elementAt(chain, 5));
  tenant.addMember(elementAt(chain, 7), elementAt(chain, 3));
  for (const group of random.sample(plain, 20)) tenant.addMember(random.pick(chain), group);
}

/** Entra lets two groups have one name; SCIM does not see them, they are not assigned. */
function sameNames(maker: GroupMaker): void {
  const { random, allUsers } = maker;
  const members = random.sample(allUsers, 40);
  maker.add('Project Phoenix', members.slice(0, 25));
  maker.add('Project Phoenix', members.slice(15));
  maker.add('PROJECT PHOENIX', []);
}

/** Devices, service principals and contacts: members that no one may take for users. */
function strangers({ tenant, random }: GroupMaker, groups: readonly string[]): void {
  const kinds = ['device', 'servicePrincipal', 'orgContact'] as const;
  for (let number = 0; number < 36; number++) {
    const kind = elementAt(kinds, number % kinds.length);
    const id = random.uuid();
    tenant.addOther({ kind, id, displayName: `${kind}-${number}`, life: 'live' });
    tenant.addMember(random.pick(groups), id);
  }
}

const specialGroups = (): readonly Partial<GroupProperties>[] => [
  { groupTypes: ['Unified'], mailEnabled: true, securityEnabled: false, visibility: 'Private' },
  { groupTypes: ['DynamicMembership'], membershipRule: '(user.department -eq "Sales")' },
  { visibility: 'HiddenMembership', groupTypes: ['Unified'], mailEnabled: true },
  { onPremisesSyncEnabled: true, deletesSoftly: false },
  { isAssignableToRole: true },
  { mailEnabled: true, deletesSoftly: false, mail: 'list@nordlicht.example' },
  { mailEnabled: true, securityEnabled: false, deletesSoftly: false },
];

const mailNicknameOf = (displayName: string): string =>
  displayName
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '')
    .toLowerCase() || 'group';

const folded = (name: string): string => name.normalize('NFKC').toUpperCase().toLowerCase().trim();
