/** Inline constraints of a route parameter; the parameterized ones carry their arguments in parentheses (platform rules §1.4). */
export type Constraint = (value: string) => boolean;

/** `name` or `name(arguments)`; throws for a constraint the host does not know, as the host does at start. */
export function constraintOf(text: string): Constraint {
  const [, name = '', argument = ''] = /^([a-z]+)(?:\((.*)\))?$/is.exec(text) ?? [];
  const make = constraints[name.toLowerCase()];
  if (make === undefined) throw new Error(`unknown route constraint "${text}"`);
  return make(argument);
}

const constraints: Readonly<Record<string, (argument: string) => Constraint>> = {
  int: () => integerWithin(-(2n ** 31n), 2n ** 31n - 1n),
  long: () => integerWithin(-(2n ** 63n), 2n ** 63n - 1n),
  bool: () => (value) => /^(true|false)$/i.test(value),
  guid: () => (value) =>
    /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(value.replace(/^[{(](.*)[})]$/, '$1')),
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  decimal: () => isNumber,
  double: () => isNumber,
  float: () => isNumber,
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  required: () => (value) => value.length > 0,
  minlength: (argument) => (value) => value.length >= Number(argument),
  maxlength: (argument) => (value) => value.length <= Number(argument),
  length: (argument) => {
    const [min = 0, max = min] = argument.split(',').map(Number);
    return (value) => value.length >= min && value.length <= max;
  },
  min: (argument) => (value) => isNumber(value) && Number(value) >= Number(argument),
  max: (argument) => (value) => isNumber(value) && Number(value) <= Number(argument),
  range: (argument) => {
    const [min = 0, max = 0] = argument.split(',').map(Number);
    return (value) => isNumber(value) && Number(value) >= min && Number(value) <= max;
  },
  // Not anchored, and without case, as in the host.
  regex: (argument) => {
    const pattern = new RegExp(argument, 'i');
    return (value) => pattern.test(value);
  },
  file: () => (value) => /\.[^./]+$/.test(value),
  nonfile: () => (value) => !/\.[^./]+$/.test(value),
};

const isNumber = (value: string) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value.trim());

const integerWithin = (min: bigint, max: bigint) => (value: string) => {
  if (!/^[+-]?\d+$/.test(value)) return false;
  const number = BigInt(value.replace(/^\+/, ''));
  return number >= min && number <= max;
};
