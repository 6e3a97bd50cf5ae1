import { isJsonObject, type JsonObject } from '../../model/json.ts';
import { Refusal } from '../../model/refusal.ts';
import { locate, pathOfKey } from '../bodies/locate.ts';
import { isSecret } from '../bodies/raw.ts';
import { isBare, isList, isUnassigned, wrongType } from '../bodies/read-value.ts';
import type { AttributePath, Filter } from '../filter.ts';
import { renderPath } from '../filter-text.ts';
import { spelledAs } from '../filters/scope.ts';
import {
  type AttributeLocation,
  attributeAt,
  isExtensionOf,
  type Location,
  mainSchemaOf,
  subAttributeOf,
} from '../schema.ts';
import type { SchemaAttribute } from '../schemas/attribute.ts';
import type { ResourceKind } from '../scim-directory.ts';
import { attributeAfter } from './attribute-after.ts';
import type { ReadOperation } from './body.ts';
import { customAfter, customFieldAfter } from './custom-after.ts';
import { MemberChanges } from './member-changes.ts';
import { PatchRecord } from './record.ts';
import { type Step, withField } from './step.ts';

/** The state of a resource while the operations of one PATCH are carried out in order. */
export class ResourceChanges {
  readonly members = new MemberChanges();
  readonly record: PatchRecord;
  #attributes: JsonObject;
  readonly #kind: ResourceKind;

  constructor(kind: ResourceKind, before: { readonly attributes: JsonObject; readonly patched: JsonObject }) {
    this.#kind = kind;
    this.#attributes = before.attributes;
    this.record = new PatchRecord(before.patched);
  }

  apply({ op, path, value }: ReadOperation): void {
    if (path) this.#applyStep({ op, path, ...(value !== undefined && { value }) }, true);
    else if (isJsonObject(value)) this.#applyFields(op, value);
  }

  /** The attributes, without elements that are nothing but labels. */
  attributes(): JsonObject {
    let attributes = this.#attributes;
    for (const of of mainSchemaOf[this.#kind].attributes) {
      const list = attributes[of.name];
      if (!isList(list) || !list.some((element) => isBare(of, element))) continue;
      const left = list.filter((element) => !isBare(of, element));
      attributes = withField(attributes, of.name, left.length === 0 ? undefined : left);
    }
    return attributes;
  }

  /** An operation without a path: each key of its value is one, also dotted, with a URN or with brackets. */
  #applyFields(op: ReadOperation['op'], fields: JsonObject): void {
    for (const [key, value] of Object.entries(fields)) {
      const path = pathOfKey(key);
      if (path) this.#applyStep({ op, path, value }, false);
      else this.record.addUnknown(key, value);
    }
  }

  #applyStep(step: Step, isExplicit: boolean): void {
    const name = renderPath(step.path);
    if (isSecret(name)) return;
    const location = this.#locate(step);
    if (location === undefined || !hasKnownFilter(location, step.path.valueFilter)) {
      this.record.addUnknown(name, step.value);
      return;
    }
    if (location.kind === 'attribute' && location.attribute.name === 'members') {
      this.members.apply(step, location.attribute);
      return;
    }
    if (location.kind === 'attribute' && !isWritable(location.attribute, isExplicit)) return;
    this.record.addKnown(name, step.value);
    this.#change(step, location);
  }

  #change(step: Step, location: Location): void {
    if (location.kind === 'attribute') this.#changeAttribute(step, location);
    else if (location.kind === 'extension' && isExtensionOf(this.#kind, location.urn)) {
      this.#changeExtension(step, location.urn);
    } else this.#changeCustom(step, location);
  }

  #changeAttribute(step: Step, { extension, attribute: of, subAttribute: sub }: AttributeLocation): void {
    const container = extension === undefined ? this.#attributes : this.#fieldsAt(extension);
    const at = extension === undefined ? of.name : `${extension}:${of.name}`;
    const after = attributeAfter(container[of.name], { ...step, of, at, ...(sub && { sub }) });
    if (of.required && after === undefined) throw requiredRefusal(of.name, step.op);
    const changed = withField(container, of.name, after);
    if (extension === undefined) this.#attributes = changed;
    else this.#setFields(extension, changed);
  }

  /** The enterprise extension as a whole. */
  #changeExtension(step: Step, urn: string): void {
    const { op, value = null } = step;
    if (op === 'remove' || isUnassigned(value)) {
      if (op !== 'add') this.#setFields(urn, {});
      return;
    }
    if (!isJsonObject(value)) throw wrongType(urn, 'an object', value);
    for (const [name, inner] of Object.entries(value)) {
      const path = { schema: urn, attribute: name };
      const location = attributeAt(this.#kind, path);
      if (location?.kind === 'attribute') this.#changeAttribute({ op, path, value: inner }, location);
    }
  }

  #changeCustom(step: Step, location: Exclude<Location, AttributeLocation>): void {
    const urn = spelledAs(this.#attributes, location.urn);
    const fields = this.#fieldsAt(urn);
    if (location.kind === 'extension') this.#setFields(urn, customAfter(fields, step, urn));
    else {
      const names = [
        location.attribute,
        ...(location.subAttribute === undefined ? [] : [location.subAttribute]),
      ];
      this.#setFields(urn, customFieldAfter(fields, step, names));
    }
  }

  #locate({ path, value }: Step): Location | undefined {
    const location = attributeAt(this.#kind, path);
    if (location?.kind !== 'custom' || location.subAttribute !== undefined) return location;
    // What is there already tells a URN alone (`remove urn:example:badge`) from an attribute below one.
    const urn = spelledAs(this.#attributes, `${location.urn}:${location.attribute}`);
    if (Object.hasOwn(this.#attributes, urn)) return { kind: 'extension', urn };
    if (Object.hasOwn(this.#attributes, spelledAs(this.#attributes, location.urn))) return location;
    return locate(this.#kind, path, value);
  }

  #fieldsAt(urn: string): JsonObject {
    const found = Object.hasOwn(this.#attributes, urn) ? this.#attributes[urn] : undefined;
    return isJsonObject(found) ? found : {};
  }

  #setFields(urn: string, fields: JsonObject): void {
    this.#attributes = withField(
      this.#attributes,
      urn,
      Object.keys(fields).length === 0 ? undefined : fields,
    );
  }
}

/** The service's own attributes: refused by name, RFC 7644 §3.5.2, and passed over among others. */
function isWritable(of: SchemaAttribute, isExplicit: boolean): boolean {
  if (of.mutability !== 'readOnly') return of.name !== 'schemas';
  if (isExplicit) throw new Refusal('read-only', `${of.name} is made by the service and cannot be changed.`);
  return false;
}

function requiredRefusal(name: string, op: Step['op']): Refusal {
  return op === 'remove'
    ? new Refusal('read-only', `${name} is required and cannot be removed.`)
    : new Refusal('invalid-value', `${name} is required and cannot be empty.`);
}

/** Whether every name between brackets exists: Entra's whole request must not fail for one that does not. */
function hasKnownFilter(location: Location, filter: Filter | undefined): boolean {
  if (filter === undefined || location.kind !== 'attribute' || location.attribute.name === 'members')
    return true;
  return namesIn(filter).every(
    ({ schema, attribute, subAttribute }) =>
      schema === undefined &&
      subAttribute === undefined &&
      subAttributeOf(location.attribute, attribute) !== undefined,
  );
}

function namesIn(filter: Filter): readonly AttributePath[] {
  if ('left' in filter) return [...namesIn(filter.left), ...namesIn(filter.right)];
  return filter.kind === 'not' ? namesIn(filter.filter) : [filter.path];
}
