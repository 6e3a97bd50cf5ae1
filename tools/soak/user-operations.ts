import type { Json, JsonObject } from '../../shared/model/json.ts';
import type { Desk, Operation, UserFacts } from './desk.ts';
import { created, deleted, expectStatus, idByName, patched } from './scim-requests.ts';

const usersMax = 40;

export function userOperations(desk: Desk): Readonly<Record<string, Operation>> {
  const { name, users, groups, shared, random, calls, serial } = desk;
  const anyUser = () => random.pick([...users.keys()]);
  return {
    'create user': {
      weight: 6,
      fits: () => users.size < usersMax,
      async act() {
        const facts = { userName: `${name}-${serial()}@soak.example`, title: 'new', active: true };
        const body = { schemas: [userSchema], ...facts };
        const id = await created(calls, { type: 'Users', key: 'userName', body });
        users.set(id, facts);
      },
    },
    'change user': {
      weight: 8,
      fits: () => users.size > 0,
      async act() {
        const id = anyUser();
        const [title, active] = [`title ${serial()}`, random.chance(0.8)];
        await patched(calls, `/Users/${id}`, [
          { op: 'Replace', path: 'title', value: title },
          { op: 'Replace', path: 'active', value: active },
        ]);
        Object.assign(users.get(id) ?? {}, { title, active });
      },
    },
    'read user': {
      weight: 8,
      fits: () => users.size > 0,
      async act() {
        const id = anyUser();
        const answer = await calls.send({ purpose: 'read', method: 'GET', path: `/Users/${id}` });
        expectStatus(answer, [200], `read of ${id}`);
        assertUser(users.get(id), answer.body);
      },
    },
    'find user': {
      weight: 4,
      fits: () => users.size > 0,
      async act() {
        const id = anyUser();
        const found = await idByName(calls, {
          type: 'Users',
          key: 'userName',
          value: users.get(id)?.userName ?? '',
        });
        if (found !== id) throw new Error(`${users.get(id)?.userName} was found as ${found}, not ${id}`);
      },
    },
    'delete user': {
      weight: 3,
      fits: () => users.size > usersMax / 2,
      async act() {
        const id = anyUser();
        await deleted(calls, `/Users/${id}`);
        users.delete(id);
        for (const { members } of groups.values()) members.delete(id);
        for (const members of shared.values()) members.delete(id);
      },
    },
  };
}

/** What a read after an acknowledgement must show. */
export function assertUser(due: UserFacts | undefined, seen: Json | undefined): void {
  const { userName, title, active } = (seen ?? {}) as JsonObject;
  const isSame = due?.userName === userName && due?.title === title && due?.active === active;
  if (!isSame) {
    const shown = JSON.stringify({ userName, title, active });
    throw new Error(`acknowledged ${JSON.stringify(due)}, read ${shown}`);
  }
}

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
