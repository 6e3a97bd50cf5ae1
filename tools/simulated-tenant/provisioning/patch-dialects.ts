import type { Json, JsonObject } from '../../../shared/model/json.ts';
import { enterprise } from './attribute-paths.ts';
import type { Difference } from './mappings.ts';

/** `default` is what most tenants send; `flagged` is what `aadOptscim062020` in the Tenant URL asks for. */
export type Dialect = 'default' | 'flagged';

export interface MemberChanges {
  /** Ids of the target. */
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** The body of a PATCH. */
export const patchBody = (operations: readonly JsonObject[]): JsonObject => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});

/** All differing attributes of one object, as the operations of one PATCH. */
export const attributeOperations = (dialect: Dialect, differences: readonly Difference[]): JsonObject[] =>
  dialect === 'default' ? differences.map(ownOperation) : gathered(differences);

/** The manager as plain text in both dialects; none is told by an empty text. */
export function managerOperation(
  dialect: Dialect,
  manager: string | undefined,
  replaces: boolean,
): JsonObject {
  const op = replaces ? 'Replace' : 'Add';
  return { op: spelled(dialect, op), path: `${enterprise}:manager`, value: manager ?? '' };
}

/** Adds and removes of direct members; a removal selects by a value list, or by one path per member. */
export function memberOperations(dialect: Dialect, { add, remove }: MemberChanges): JsonObject[] {
  const operations: JsonObject[] = [];
  if (add.length > 0) {
    operations.push({ op: spelled(dialect, 'Add'), path: 'members', value: memberList(dialect, add) });
  }
  if (dialect === 'flagged') {
    return [...operations, ...remove.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` }))];
  }
  if (remove.length > 0) {
    operations.push({ op: 'Remove', path: 'members', value: memberList(dialect, remove) });
  }
  return operations;
}

export interface AppRole {
  readonly id: string;
  readonly value: string;
}

/** Roles of an AppRoleAssignmentsComplex mapping: JSON documents as text and only ever added, or the whole list replaced. */
export function roleOperations(dialect: Dialect, roles: readonly AppRole[]): JsonObject[] {
  if (dialect === 'flagged') {
    const value = roles.map((role, index) => ({
      primary: index === 0,
      type: 'WindowsAzureActiveDirectoryRole',
      value: role.value,
    }));
    return [{ op: 'replace', path: 'roles', value }];
  }
  return roles.map((role) => ({
    op: 'Add',
    path: 'roles',
    value: [{ value: JSON.stringify({ id: role.id, value: role.value, displayName: role.value }) }],
  }));
}

/** One operation per attribute, every value a text. */
const ownOperation = ({ path, value, replaces }: Difference): JsonObject => ({
  op: replaces ? 'Replace' : 'Add',
  path,
  value: typeof value === 'boolean' ? (value ? 'True' : 'False') : value,
});

/** Plain attributes share one operation without a path, its keys being paths; entries of lists keep an operation each. */
function gathered(differences: readonly Difference[]): JsonObject[] {
  const plain = differences.filter(({ path }) => !path.includes('['));
  const entries = differences.filter(({ path }) => path.includes('['));
  return [
    ...together(
      'replace',
      plain.filter(({ replaces }) => replaces),
    ),
    ...together(
      'add',
      plain.filter(({ replaces }) => !replaces),
    ),
    ...entries.map(({ path, value, replaces }) => ({ op: replaces ? 'replace' : 'add', path, value })),
  ];
}

/** A single added text keeps its path; several go together. */
function together(op: 'add' | 'replace', differences: readonly Difference[]): JsonObject[] {
  const [first] = differences;
  if (first === undefined) return [];
  if (op === 'add' && differences.length === 1) return [{ op, path: first.path, value: first.value }];
  return [{ op, value: Object.fromEntries(differences.map(({ path, value }) => [path, value])) }];
}

const memberList = (dialect: Dialect, ids: readonly string[]): Json =>
  ids.map((value) => (dialect === 'default' ? { $ref: null, value } : { value }));

const spelled = (dialect: Dialect, op: 'Add' | 'Replace' | 'Remove'): string =>
  dialect === 'default' ? op : op.toLowerCase();
