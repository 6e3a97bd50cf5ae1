import type { Json } from '../../model/json.ts';
import { memberOf } from '../../model/new-ids.ts';
import { excerpt, Refusal } from '../../model/refusal.ts';
import { readMemberIds } from '../bodies/members.ts';
import { wrongType } from '../bodies/read-value.ts';
import type { AttributePath, Filter } from '../filter.ts';
import { compileElementFilter } from '../filter-match.ts';
import { renderFilter } from '../filter-text.ts';
import type { SchemaAttribute } from '../schemas/attribute.ts';
import type { Step } from './step.ts';

type Chooses = (member: { readonly value: string; readonly type: 'User' | 'Group' }) => boolean;

/**
 * Member operations folded into one edit without knowing the members: what came last of each member counts.
 * Members = (replaced ? none : old − removed − chosen) + added, after every operation.
 */
export class MemberChanges {
  #replace = false;
  // By id without case, in the spelling sent.
  #added = new Map<string, string>();
  #removed = new Map<string, string>();
  #chosen: Chooses[] = [];

  apply(step: Step, members: SchemaAttribute): void {
    const { op, path, value } = step;
    if (path.subAttribute !== undefined || (path.valueFilter && op !== 'remove')) {
      throw new Refusal(
        'read-only',
        'members are added and removed as a whole: their parts cannot be changed.',
      );
    }
    if (path.valueFilter) this.#removeWhere(path.valueFilter, members);
    else if (op === 'remove') this.#removeNamed(value);
    else {
      if (op === 'replace') this.#clear();
      for (const id of readMemberIds(value ?? null)) this.#add(id);
    }
  }

  edit() {
    const chosen = this.#chosen;
    return {
      replace: this.#replace,
      add: [...this.#added.values()],
      remove: [...this.#removed.values()],
      ...(chosen.length > 0 && {
        removeWhere: ((member) => chosen.some((has) => has(member))) satisfies Chooses,
      }),
    };
  }

  /** Without a value all go, RFC 7644 §3.5.2.2; Entra's list of values removes those and nobody else. */
  #removeNamed(value: Json | undefined): void {
    if (value === null || value === '') throw wrongType('members', 'a list of members to remove', value);
    if (value === undefined) this.#clear();
    else for (const id of readMemberIds(value)) this.#remove(id);
  }

  #removeWhere(filter: Filter, members: SchemaAttribute): void {
    checkKnown(filter);
    const has = compileElementFilter(members, filter);
    const chooses: Chooses = ({ value, type }) => has({ value, type });
    const named = idsNamed(filter);
    if (named) {
      for (const id of named) if (chooses({ value: id, type: typeOf(id) })) this.#remove(id);
      return;
    }
    for (const id of this.#added.values()) if (chooses({ value: id, type: typeOf(id) })) this.#remove(id);
    if (!this.#replace) this.#chosen.push(chooses);
  }

  #clear(): void {
    this.#replace = true;
    this.#added.clear();
    this.#removed.clear();
    this.#chosen = [];
  }

  #add(id: string): void {
    const key = id.toLowerCase();
    this.#removed.delete(key);
    if (!this.#added.has(key)) this.#added.set(key, id);
  }

  #remove(id: string): void {
    const key = id.toLowerCase();
    this.#added.delete(key);
    if (!this.#replace) this.#removed.set(key, id);
  }
}

const typeOf = (id: string) => (memberOf(id)?.kind === 'group' ? 'Group' : 'User');

/** A removal has to say whom it means: what we do not know of members chooses nobody, not even the opposite of it. */
function checkKnown(filter: Filter): void {
  if ('left' in filter) {
    checkKnown(filter.left);
    checkKnown(filter.right);
  } else if (filter.kind === 'not') checkKnown(filter.filter);
  else if (!isPlain(filter.path)) {
    throw new Refusal(
      'invalid-path',
      `members can be chosen by value and type only: ${excerpt(renderFilter(filter))}`,
    );
  }
}

const isPlain = ({ schema, attribute, subAttribute, valueFilter }: AttributePath): boolean =>
  [schema, subAttribute, valueFilter].every((part) => part === undefined) &&
  /^(value|type)$/i.test(attribute);

/** Every id that a filter could choose; undefined when it does not name them. */
function idsNamed(filter: Filter): readonly string[] | undefined {
  if (filter.kind === 'or') {
    const [left, right] = [idsNamed(filter.left), idsNamed(filter.right)];
    return left && right && [...left, ...right];
  }
  if (filter.kind === 'and') return idsNamed(filter.left) ?? idsNamed(filter.right);
  const isNaming =
    filter.kind === 'compare' && filter.operator === 'eq' && filter.path.attribute.toLowerCase() === 'value';
  return isNaming && typeof filter.value === 'string' ? [filter.value] : undefined;
}
