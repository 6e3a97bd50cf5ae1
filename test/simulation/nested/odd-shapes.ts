import { seededRandom } from '../../../tools/simulated-tenant/seeded-random.ts';
import { nameAwkwardly, structuresIn, swapSubtrees } from '../../../tools/simulated-tenant/structures.ts';
import type { Tenant } from '../../../tools/simulated-tenant/tenant.ts';

/** Guests of every kind: the user type says so, says another thing, or says nothing, as of old objects. */
export function foundGuests(tenant: Tenant): void {
  const userTypes = ['Guest', 'Member', null] as const;
  const invited = [...tenant.users.values()].filter(({ userPrincipalName }) =>
    userPrincipalName.includes('#EXT#'),
  );
  for (const [index, { id }] of invited.entries())
    tenant.changeUser(id, { userType: userTypes[index % userTypes.length] ?? null });
}

/** Circles, diamonds, a chain and a group over everything, and names that nobody expects (graph.md §6.14, §6.20). */
export function foundOddShapes(tenant: Tenant): void {
  const random = seededRandom(`shapes ${tenant.seed}`);
  const structures = structuresIn(tenant, random);
  const users = [...tenant.users.keys()];
  const shapes = [structures.circle(1), structures.circle(2), structures.diamond(4), structures.chain(12)];
  for (const group of shapes.flat()) if (random.chance(0.5)) tenant.addMember(group, random.pick(users));
  structures.root();
  nameAwkwardly(tenant);
}

/** Two groups that hold groups change places in all that they hold. */
export function swapTwo(tenant: Tenant, random: () => number): void {
  const holding = [...tenant.groups.values()].filter(
    ({ life, members }) =>
      life === 'live' && [...members].some((id) => tenant.groups.get(id)?.life === 'live'),
  );
  const [first, second] = [random(), random()].map((at) => holding[Math.floor(at * holding.length)]?.id);
  if (first !== undefined && second !== undefined && first !== second) swapSubtrees(tenant, [first, second]);
}
