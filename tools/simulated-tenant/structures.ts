import { groupProperties } from './company-groups.ts';
import { elementAt, type SeededRandom } from './seeded-random.ts';
import type { Tenant } from './tenant.ts';

/** Shapes of nesting that break careless code (graph.md §6, rule 20). Each returns the groups it made, top first. */
export interface Structures {
  /** Groups that hold each other in a ring; one group holds itself. */
  circle(length: number): readonly string[];
  /** Each group holds the next one. */
  chain(length: number): readonly string[];
  /** One group reaches another one over several between them. */
  diamond(width: number): readonly string[];
  /** Puts one user directly into this many new groups. */
  userInGroups(user: string, count: number): readonly string[];
  emptyGroups(count: number): readonly string[];
  /** One group over every live group that is there. */
  root(): string;
  /** Makes users and puts them all into one group. */
  crowd(size: number): string;
}

export function structuresIn(tenant: Tenant, random: SeededRandom): Structures {
  let made = 0;
  const group = (kind: string) => {
    const id = random.uuid();
    made++;
    tenant.addGroup(id, groupProperties(`${kind} ${made}`));
    return id;
  };
  const groups = (kind: string, count: number) => Array.from({ length: count }, () => group(kind));
  return {
    circle(length) {
      const ring = groups('Circle', length);
      ring.forEach((id, index) => {
        tenant.addMember(id, elementAt(ring, (index + 1) % length));
      });
      return ring;
    },
    chain(length) {
      const links = groups('Chain', length);
      links.slice(1).forEach((id, index) => {
        tenant.addMember(elementAt(links, index), id);
      });
      return links;
    },
    diamond(width) {
      const [top, bottom, ...between] = groups('Diamond', width + 2);
      for (const id of between) {
        tenant.addMember(String(top), id);
        tenant.addMember(id, String(bottom));
      }
      return [String(top), ...between, String(bottom)];
    },
    userInGroups(user, count) {
      const all = groups('Crowded', count);
      for (const id of all) tenant.addMember(id, user);
      return all;
    },
    emptyGroups: (count) => groups('Empty', count),
    root() {
      const below = [...tenant.groups.values()].filter(({ life }) => life === 'live').map(({ id }) => id);
      const id = group('Root');
      for (const member of below) tenant.addMember(id, member);
      return id;
    },
    crowd(size) {
      const id = group('Crowd');
      const [someone] = tenant.users.values();
      if (someone === undefined) throw new Error('a crowd is made of copies of somebody');
      for (let number = 0; number < size; number++) {
        const user = random.uuid();
        const { kind: _kind, id: _id, life: _life, wasEnabled: _wasEnabled, ...properties } = someone;
        tenant.addUser(user, {
          ...properties,
          userPrincipalName: `crowd${number}@crowd.example`,
          managerId: null,
        });
        tenant.addMember(id, user);
      }
      return id;
    },
  };
}

/** Takes all groups out of the first and puts them into the second, and the other way round, in one round of change. */
export function swapSubtrees(tenant: Tenant, [first, second]: readonly [string, string]): void {
  const childrenOf = (id: string) =>
    [...(tenant.groups.get(id)?.members ?? [])].filter((member) => tenant.groups.has(member));
  const [ofFirst, ofSecond] = [childrenOf(first), childrenOf(second)];
  for (const [from, to, children] of [
    [first, second, ofFirst],
    [second, first, ofSecond],
  ] as const) {
    for (const child of children) {
      tenant.removeMember(from, child);
      tenant.addMember(to, child);
    }
  }
}

/** Gives users and groups names that are legal and that nobody expects (graph.md §6, rule 14). */
export function nameAwkwardly(tenant: Tenant): void {
  const names = [
    '\ud83d half a pair',
    '\u202eright to left',
    'x'.repeat(256),
    '"quoted" \\ and \'so\'',
    '',
    '__proto__',
    '𠮷\u0000',
  ];
  const users = [...tenant.users.keys()];
  const groups = [...tenant.groups.keys()];
  names.forEach((displayName, index) => {
    tenant.changeUser(elementAt(users, index % users.length), { displayName });
    tenant.changeGroup(elementAt(groups, index % groups.length), { displayName });
  });
}
