/** How many pairs of group and user two sides have, and in how many they differ. */
export interface MembershipComparison {
  readonly moment: string;
  readonly groups: number;
  /** Pairs of group and user in the tenant, and in the directory. */
  readonly expected: number;
  readonly stored: number;
  readonly differing: number;
  readonly examples: readonly string[];
}

/** Users by group. */
export type Membership = ReadonlyMap<string, ReadonlySet<string>>;

/** Compares pair by pair; `examples` says in words what the first differences are. */
export function compared(
  moment: string,
  { expected, stored }: { readonly expected: Membership; readonly stored: Membership },
): MembershipComparison {
  const missing = pairsBeyond(expected, stored).map((pair) => `${pair} is missing`);
  const extra = pairsBeyond(stored, expected).map((pair) => `${pair} should not be there`);
  const pairs = (membership: Membership) => membership.values().reduce((sum, users) => sum + users.size, 0);
  return {
    moment,
    groups: stored.size,
    expected: pairs(expected),
    stored: pairs(stored),
    differing: missing.length + extra.length,
    examples: [...missing, ...extra].slice(0, 5),
  };
}

/** What `one` has and `other` has not: pairs of group and user, and groups. */
function pairsBeyond(one: Membership, other: Membership): string[] {
  return [...one].flatMap(([group, users]) => {
    const known = other.get(group);
    if (known === undefined) return [`group ${group}`];
    return [...users].filter((user) => !known.has(user)).map((user) => `${user} in ${group}`);
  });
}
