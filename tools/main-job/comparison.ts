import type { Json, JsonObject } from '../../shared/model/json.ts';
import type { ExpectedDirectory, ExpectedGroup, ExpectedUser } from './expected-directory.ts';
import type { StoredDirectory } from './read-back.ts';

/** What was expected, what is stored, and how much of it differs; `examples` says in words what the first ones are. */
export interface Comparison {
  readonly users: Tally;
  readonly attributes: Tally;
  readonly managers: Tally;
  readonly groups: Tally;
  readonly memberships: Tally;
  readonly differing: number;
  readonly examples: readonly string[];
}

export interface Tally {
  readonly expected: number;
  readonly stored: number;
  readonly differing: number;
}

/** Compares every attribute and every membership; an attribute that is stored and was never sent differs, too. */
export function compareDirectory(expected: ExpectedDirectory, stored: StoredDirectory): Comparison {
  const tallies = {
    users: newTally(),
    attributes: newTally(),
    managers: newTally(),
    groups: newTally(),
    memberships: newTally(),
  };
  const examples: string[] = [];
  const comparing: Comparing = { tallies, examples, nameOf: namesById(stored) };
  comparePairs(
    comparing,
    { kind: 'users', expected: expected.users, stored: byName(stored.users, 'userName') },
    compareUser,
  );
  comparePairs(
    comparing,
    { kind: 'groups', expected: expected.groups, stored: byName(stored.groups, 'displayName') },
    compareGroup,
  );
  const differing = Object.values(tallies).reduce((sum, tally) => sum + tally.differing, 0);
  return { ...tallies, differing, examples };
}

type MutableTally = { -readonly [K in keyof Tally]: Tally[K] };

interface Comparing {
  readonly tallies: Readonly<
    Record<'users' | 'attributes' | 'managers' | 'groups' | 'memberships', MutableTally>
  >;
  readonly examples: string[];
  readonly nameOf: ReadonlyMap<string, string>;
}

interface Pairs<T> {
  readonly kind: 'users' | 'groups';
  readonly expected: ReadonlyMap<string, T>;
  readonly stored: ReadonlyMap<string, JsonObject>;
}

function comparePairs<T>(
  comparing: Comparing,
  pairs: Pairs<T>,
  compare: (comparing: Comparing, name: string, pair: { expected: T; stored: JsonObject }) => void,
): void {
  const { kind } = pairs;
  const tally = comparing.tallies[kind];
  tally.expected += pairs.expected.size;
  tally.stored += pairs.stored.size;
  for (const [name, expected] of pairs.expected) {
    const stored = pairs.stored.get(name);
    if (stored === undefined) differ(comparing, kind, `${name} is missing`);
    else compare(comparing, name, { expected, stored });
  }
  for (const name of pairs.stored.keys()) {
    if (!pairs.expected.has(name)) differ(comparing, kind, `${name} is stored and should not be`);
  }
}

function compareUser(
  comparing: Comparing,
  name: string,
  pair: { expected: ExpectedUser; stored: JsonObject },
): void {
  const stored = leavesOf(pair.stored);
  const manager = stored.get(managerPath);
  stored.delete(managerPath);
  compareAttributes(comparing, name, { expected: pair.expected.attributes, stored });
  if (pair.expected.manager === undefined) return;
  const tally = comparing.tallies.managers;
  const storedName = typeof manager === 'string' ? comparing.nameOf.get(manager) : undefined;
  if (pair.expected.manager !== null) tally.expected++;
  if (storedName !== undefined) tally.stored++;
  if (storedName !== (pair.expected.manager ?? undefined)) {
    differ(comparing, 'managers', `${name} reports to ${storedName}, expected ${pair.expected.manager}`);
  }
}

function compareGroup(
  comparing: Comparing,
  name: string,
  pair: { expected: ExpectedGroup; stored: JsonObject },
): void {
  const { members = [], ...attributes } = pair.stored;
  compareAttributes(comparing, name, { expected: pair.expected.attributes, stored: leavesOf(attributes) });
  const listed = (members as readonly JsonObject[]).map(
    ({ value }) => comparing.nameOf.get(String(value)) ?? String(value),
  );
  const stored = new Set(listed);
  const tally = comparing.tallies.memberships;
  tally.expected += pair.expected.members.size;
  tally.stored += listed.length;
  if (stored.size !== listed.length) differ(comparing, 'memberships', `${name} lists a member twice`);
  for (const member of pair.expected.members) {
    if (!stored.has(member)) differ(comparing, 'memberships', `${name} lacks ${member}`);
  }
  for (const member of stored) {
    if (!pair.expected.members.has(member)) differ(comparing, 'memberships', `${name} still has ${member}`);
  }
}

function compareAttributes(
  comparing: Comparing,
  name: string,
  { expected, stored }: { expected: ReadonlyMap<string, Json>; stored: ReadonlyMap<string, Json> },
): void {
  const tally = comparing.tallies.attributes;
  tally.expected += expected.size;
  tally.stored += stored.size;
  for (const path of new Set([...expected.keys(), ...stored.keys()])) {
    const [wanted, found] = [expected.get(path), stored.get(path)];
    if (wanted !== found) {
      differ(
        comparing,
        'attributes',
        `${name} has ${path} = ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`,
      );
    }
  }
}

function differ({ tallies, examples }: Comparing, kind: keyof Comparing['tallies'], example: string): void {
  tallies[kind].differing++;
  if (examples.length < 10) examples.push(example);
}

const managerPath = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value';

/** Every simple value of a resource by its path, list entries by their type; what the server adds of its own is left out. */
export function leavesOf(resource: JsonObject): Map<string, Json> {
  const { id: _id, schemas: _schemas, meta: _meta, ...rest } = resource;
  const leaves = new Map<string, Json>();
  for (const [name, value] of Object.entries(rest)) {
    // A path that was stored as a name is not what it was sent for.
    const isPath = name.startsWith('urn:') ? typeof value !== 'object' : /[.[]/.test(name);
    addLeaves(leaves, isPath ? `literally ${name}` : name, value);
  }
  for (const path of leaves.keys()) if (/:manager[.](\$ref|displayName)$/.test(path)) leaves.delete(path);
  return leaves;
}

function addLeaves(leaves: Map<string, Json>, path: string, value: Json): void {
  if (Array.isArray(value)) {
    for (const entry of value) addEntry(leaves, path, entry);
  } else if (typeof value === 'object' && value !== null) {
    const separator = path.startsWith('urn:') && !path.endsWith('manager') ? ':' : '.';
    for (const [name, part] of Object.entries(value)) addLeaves(leaves, `${path}${separator}${name}`, part);
  } else {
    leaves.set(path, value);
  }
}

/** An entry goes by its type; a role has none and goes by being the primary one, in the words of Entra's mapping. */
function addEntry(leaves: Map<string, Json>, list: string, entry: JsonObject): void {
  const { type, ...typed } = entry;
  const { primary: _primary, ...untyped } = entry;
  const path = type === undefined ? `${list}[primary eq "True"]` : `${list}[type eq "${String(type)}"]`;
  for (const [name, value] of Object.entries(type === undefined ? untyped : typed)) {
    addLeaves(leaves, `${path}.${name}`, value);
  }
}

const newTally = (): MutableTally => ({ expected: 0, stored: 0, differing: 0 });

const byName = (resources: readonly JsonObject[], attribute: string): ReadonlyMap<string, JsonObject> =>
  new Map(resources.map((resource) => [String(resource[attribute]), resource]));

const namesById = ({ users, groups }: StoredDirectory): ReadonlyMap<string, string> =>
  new Map([
    ...users.map(({ id, userName }) => [String(id), String(userName)] as const),
    ...groups.map(({ id, displayName }) => [String(id), String(displayName)] as const),
  ]);
