import type { Desk, Operation } from './desk.ts';
import { created, deleted, patched } from './scim-requests.ts';

const groupsMax = 5;

export function groupOperations(desk: Desk): Readonly<Record<string, Operation>> {
  const { name, groups, shared, random, calls, serial } = desk;
  const anyGroup = () => random.pick([...groups.keys()]);
  const some = () => someUsers(desk);
  return {
    'create group': {
      weight: 1,
      fits: () => groups.size < groupsMax,
      async act() {
        const displayName = `${name} group ${serial()}`;
        const members = some();
        const body = { schemas: [groupSchema], displayName, members: members.map((value) => ({ value })) };
        const id = await created(calls, { type: 'Groups', key: 'displayName', body });
        groups.set(id, { displayName, members: new Set(members) });
      },
    },
    'delete group': {
      weight: 0.5,
      fits: () => groups.size > groupsMax / 2,
      async act() {
        const id = anyGroup();
        await deleted(calls, `/Groups/${id}`);
        groups.delete(id);
      },
    },
    'change members': {
      weight: 6,
      fits: () => groups.size > 0,
      act: async () => {
        const id = anyGroup();
        await changeMembers(desk, id, groups.get(id)?.members ?? new Set());
      },
    },
    'change shared members': {
      weight: 6,
      fits: () => shared.size > 0,
      act: async () => {
        const id = random.pick([...shared.keys()]);
        await changeMembers(desk, id, shared.get(id) ?? new Set());
      },
    },
    'replace members': {
      weight: 1,
      fits: () => groups.size > 0,
      async act() {
        const id = anyGroup();
        const [group, members] = [groups.get(id), some()];
        const value = members.map((member) => ({ value: member }));
        await patched(calls, `/Groups/${id}`, [{ op: 'Replace', path: 'members', value }]);
        group?.members.clear();
        for (const member of members) group?.members.add(member);
      },
    },
  };
}

const someUsers = ({ users, random }: Desk) =>
  [...users.keys()].filter(() => random.chance(0.2)).slice(0, 15);

async function changeMembers(desk: Desk, group: string, held: Set<string>): Promise<void> {
  const [add, gone] = [someUsers(desk), someUsers(desk)];
  const remove = gone.filter((member) => !add.includes(member));
  const values = (ids: readonly string[]) => ids.map((value) => ({ value }));
  const changes = [
    ...(add.length === 0 ? [] : [{ op: 'Add', path: 'members', value: values(add) }]),
    ...(remove.length === 0 ? [] : [{ op: 'Remove', path: 'members', value: values(remove) }]),
  ];
  if (changes.length === 0) return;
  await patched(desk.calls, `/Groups/${group}`, changes);
  for (const member of add) held.add(member);
  for (const member of remove) held.delete(member);
}

const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';
