import { isJsonObject, type Json } from '../../model/json.ts';

/**
 * Elements of which one at most is primary, RFC 7643 §2.4. One that was not primary in `before`, compared by position,
 * takes it from those that were; among several new ones the first has it.
 */
export function withOnePrimary(elements: readonly Json[], before: readonly Json[]): readonly Json[] {
  const primaries = elements.flatMap((element, index) => (isPrimary(element) ? [index] : []));
  if (primaries.length < 2) return elements;
  const winner = primaries.find((index) => !isPrimary(before[index])) ?? primaries[0];
  return elements.map((element, index) =>
    index !== winner && isPrimary(element) ? { ...element, primary: false } : element,
  );
}

const isPrimary = (element: Json | undefined): element is { readonly primary: true } =>
  isJsonObject(element) && element['primary'] === true;
