import type { FakeTenant } from '../../support/sync/fake-tenant.ts';
import {
  deviceId,
  groupFields,
  groupId,
  groups,
  type Kinds,
  userFields,
  userId,
  users,
} from './random-tenant.ts';

const plain: Kinds = { dynamic: false, hidden: false };

/** Things that happen in a tenant, at random: people come and go, groups nest, also in circles, objects are deleted and restored. */
export function live(tenant: FakeTenant, random: () => number, events: number, kinds = plain): void {
  for (let event = 0; event < events; event++) happen(tenant, random, kinds);
}

/** Somebody or some group is deleted, to be restored before long. */
export function blink(tenant: FakeTenant, random: () => number): void {
  const isUser = random() < 0.6;
  const id = isUser ? userId(Math.floor(random() * users)) : groupId(Math.floor(random() * groups));
  const life = (isUser ? tenant.users : tenant.groups).get(id)?.life;
  if (life === undefined || life === 'gone') return;
  const next = life === 'live' ? 'soft-deleted' : 'live';
  if (isUser) tenant.setUser(id, next);
  else tenant.setGroup(id, next);
}

function happen(tenant: FakeTenant, random: () => number, kinds: Kinds): void {
  const pick = (count: number) => Math.floor(random() * count);
  const user = userId(pick(users));
  const group = groupId(pick(groups));
  const fate = random();
  if (fate < 0.15) changeUser(tenant, user, random);
  else if (fate < 0.27) changeGroup(tenant, group, random, kinds);
  else if (tenant.groups.get(group)?.life !== 'live') return;
  else if (fate < 0.62 && tenant.users.get(user)?.life === 'live') tenant.setMember(group, user, 'user');
  else if (fate < 0.75) tenant.setMember(group, user, undefined);
  else if (fate < 0.87) nest(tenant, group, groupId(pick(groups)));
  else if (fate < 0.9) tenant.setMember(group, groupId(pick(groups)), undefined);
  else if (fate < 0.98) wobble(tenant, group, random);
  else tenant.setMember(group, deviceId(pick(3)), random() < 0.5 ? 'device' : undefined);
}

/** Somebody is taken out of a group, and perhaps put back at once; or all are. */
function wobble(tenant: FakeTenant, group: string, random: () => number): void {
  const members = [...(tenant.groups.get(group)?.members ?? [])];
  if (random() < 0.15) for (const [member] of members) tenant.setMember(group, member, undefined);
  const [member, type] = members[Math.floor(random() * members.length)] ?? [];
  if (member === undefined) return;
  tenant.setMember(group, member, undefined);
  if (random() < 0.5) tenant.setMember(group, member, type);
}

function nest(tenant: FakeTenant, group: string, child: string): void {
  if (tenant.groups.get(child)?.life === 'live') tenant.setMember(group, child, 'group');
}

function changeUser(tenant: FakeTenant, id: string, random: () => number): void {
  const life = tenant.users.get(id)?.life;
  const fields = userFields(id, random);
  if (life === 'gone') return;
  if (life === undefined || life === 'soft-deleted')
    tenant.setUser(id, random() < 0.85 ? 'live' : 'gone', fields);
  else tenant.setUser(id, random() < 0.5 ? 'live' : random() < 0.7 ? 'soft-deleted' : 'gone', fields);
}

function changeGroup(tenant: FakeTenant, id: string, random: () => number, kinds: Kinds): void {
  const life = tenant.groups.get(id)?.life;
  const fields = groupFields(id, random, kinds);
  if (life === 'gone') return;
  if (life === undefined || life === 'soft-deleted')
    tenant.setGroup(id, random() < 0.9 ? 'live' : 'gone', fields);
  else tenant.setGroup(id, random() < 0.7 ? 'live' : random() < 0.7 ? 'soft-deleted' : 'gone', fields);
}

/** One group holds most of those who are there. */
export function crowd(tenant: FakeTenant, random: () => number): void {
  const group = groupId(Math.floor(random() * groups));
  if (tenant.groups.get(group)?.life !== 'live') return;
  for (const [user, { life }] of tenant.users) if (life === 'live') tenant.setMember(group, user, 'user');
}
