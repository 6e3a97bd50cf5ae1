import { isJsonObject, type Json, type JsonObject } from '../../../../shared/model/json.ts';
import type { AttributePath, Filter } from '../../../../shared/scim/filter.ts';
import type { Resource } from '../../../../shared/scim/scim-directory.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0:user';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const custom = 'urn:example:Badge:2.0:User';

/** What a name of the generated filters stands for: the values, and how they compare. */
interface Found {
  readonly values: readonly Json[];
  readonly how: 'exact' | 'folded' | 'boolean' | 'instant' | 'custom' | 'complex';
}

const kinds: Readonly<Record<string, Found['how']>> = {
  userName: 'folded',
  title: 'folded',
  externalId: 'exact',
  id: 'folded',
  active: 'boolean',
  emails: 'complex',
  roles: 'complex',
  name: 'complex',
  meta: 'complex',
  manager: 'complex',
};
const subKinds: Readonly<Record<string, Readonly<Record<string, Found['how']>>>> = {
  emails: { value: 'folded', type: 'folded', primary: 'boolean', display: 'folded' },
  roles: { value: 'folded', type: 'folded', primary: 'boolean', display: 'folded' },
  name: { givenName: 'folded' },
  meta: { created: 'instant' },
  manager: { value: 'folded' },
};

const listOf = (value: Json | undefined): readonly Json[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** The obvious reading of a filter on a user, for the names that `filters` makes. */
export function naiveMatches(filter: Filter, resource: Resource, fold: (text: string) => string): boolean {
  const { created, lastModified, version, id } = resource;
  const whole: JsonObject = {
    ...resource.attributes,
    id,
    meta: { created, lastModified, version, resourceType: 'User' },
  };

  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: the obvious version is read in one piece
  const top = (path: AttributePath): { found: Found; name: string } | undefined => {
    const { schema, attribute } = path;
    const isEnterprise = schema === enterprise || (schema === undefined && attribute === 'manager');
    if (isEnterprise) {
      const extension = whole[enterprise];
      if (attribute !== 'manager') return undefined;
      return {
        name: 'manager',
        found: { values: listOf(isJsonObject(extension) ? extension['manager'] : undefined), how: 'complex' },
      };
    }
    if (schema === custom) {
      const extension = whole[custom];
      return {
        name: '*',
        found: { values: listOf(isJsonObject(extension) ? extension[attribute] : undefined), how: 'custom' },
      };
    }
    if (schema !== undefined && schema.toLowerCase() !== core) return undefined;
    if (schema !== undefined && attribute === 'manager') return undefined;
    const how = kinds[attribute];
    return how && { name: attribute, found: { values: listOf(whole[attribute]), how } };
  };

  const sub = (name: string, values: readonly Json[], field: string): Found | undefined => {
    const how = name === '*' ? 'custom' : subKinds[name]?.[field];
    if (how === undefined) return undefined;
    return { how, values: values.flatMap((value) => (isJsonObject(value) ? listOf(value[field]) : [])) };
  };

  const find = (path: AttributePath): { found: Found; name: string } | undefined => {
    const base = top(path);
    if (base === undefined) return undefined;
    let { values } = base.found;
    if (path.valueFilter) {
      if (base.name !== '*' && base.found.how !== 'complex') return undefined;
      const inner = path.valueFilter;
      values = values.filter((element) =>
        test(inner, (of) => {
          const found = sub(base.name, [element], of.attribute);
          return found && { found, name: '' };
        }),
      );
    }
    if (path.subAttribute === undefined) return { ...base, found: { ...base.found, values } };
    const found = sub(base.name, values, path.subAttribute);
    return found && { found, name: '' };
  };

  const same = (actual: Json, expected: Json, how: Found['how']): boolean =>
    order(actual, expected, how) === 0;

  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: the obvious version is read in one piece
  const order = (actual: Json, expected: Json, how: Found['how']): number | undefined => {
    const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);
    const toBoolean = (value: Json) =>
      typeof value === 'string' && ['true', 'false'].includes(value.trim().toLowerCase())
        ? value.trim().toLowerCase() === 'true'
        : value;
    if (how === 'boolean' || typeof actual === 'boolean')
      return actual === toBoolean(expected) ? 0 : undefined;
    if (typeof actual === 'number')
      return typeof expected === 'number' ? compare(actual, expected) : undefined;
    if (typeof actual !== 'string') return undefined;
    if (how === 'instant') {
      const isDate = typeof expected === 'string' && /^\d{4}-/.test(expected);
      return isDate ? compare(Date.parse(actual), Date.parse(expected)) : undefined;
    }
    const key = how === 'exact' ? (text: string) => text : fold;
    return compare(key(actual), key(String(expected)));
  };

  const part = (operator: string, actual: Json, expected: Json, how: Found['how']): boolean => {
    if (typeof actual !== 'string' || how === 'boolean') return false;
    const key =
      how === 'exact' || how === 'instant'
        ? (text: string) => text
        : (text: string) => fold(`|${text}|`).slice(1, -1);
    const [a, b] = [key(actual), key(String(expected))];
    return operator === 'co' ? a.includes(b) : operator === 'sw' ? a.startsWith(b) : a.endsWith(b);
  };

  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: the obvious version is read in one piece
  const test = (of: Filter, lookUp: typeof find): boolean => {
    switch (of.kind) {
      case 'and':
        return test(of.left, lookUp) && test(of.right, lookUp);
      case 'or':
        return test(of.left, lookUp) || test(of.right, lookUp);
      case 'not':
        return !test(of.filter, lookUp);
      case 'present':
        return (lookUp(of.path)?.found.values ?? []).length > 0;
      case 'value-path':
        return (find({ ...of.path, valueFilter: of.filter })?.found.values ?? []).length > 0;
      case 'compare': {
        const { operator, value, path } = of;
        if (
          path.attribute === 'password' &&
          (path.schema === undefined || path.schema.toLowerCase() === core) &&
          !path.valueFilter &&
          !path.subAttribute
        ) {
          return false;
        }
        const base = lookUp(path);
        let found = base?.found;
        if (base && found && found.how === 'complex') {
          found = sub(base.name, found.values, 'value');
        } else if (base?.name === '*' && found) {
          found = {
            how: 'custom',
            values: found.values.flatMap((element) =>
              isJsonObject(element) ? listOf(element['value']) : [element],
            ),
          };
        }
        const { values, how } = found ?? { values: [], how: 'folded' as const };
        if (value === null)
          return operator === 'eq' ? values.length === 0 : operator === 'ne' && values.length > 0;
        if (operator === 'eq') return values.some((actual) => same(actual, value, how));
        if (operator === 'ne') return !values.some((actual) => same(actual, value, how));
        if (['co', 'sw', 'ew'].includes(operator))
          return values.some((actual) => part(operator, actual, value, how));
        return values.some((actual) => {
          const sign = typeof actual === 'boolean' ? undefined : order(actual, value, how);
          if (sign === undefined) return false;
          return { gt: sign > 0, ge: sign >= 0, lt: sign < 0, le: sign <= 0 }[
            operator as 'gt' | 'ge' | 'lt' | 'le'
          ];
        });
      }
    }
  };

  return test(filter, find);
}
