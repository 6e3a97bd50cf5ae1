import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { limits } from '../../model/limits.ts';
import { Refusal } from '../../model/refusal.ts';
import { isList } from './read-value.ts';

/** A value without any field named `password`, at any depth (which JSON parsing has bounded). */
export function withoutSecrets(value: Json): Json {
  if (isList(value)) return value.map(withoutSecrets);
  return isJsonObject(value) ? objectWithoutSecrets(value) : value;
}

export function objectWithoutSecrets(of: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(of)
      .filter(([name]) => !isSecret(name))
      .map(([name, value]) => [name, withoutSecrets(value)]),
  );
}

/** `password`, `urn:…:User:password`. */
export const isSecret = (name: string): boolean => /(^|[:.])password$/i.test(name);

/** Refusal `too-large` when what would be kept of a resource takes more than `limits.resourceBytesMax`. */
export function checkSize(kept: object): void {
  const text = JSON.stringify(kept);
  // No UTF-16 unit takes more than three bytes, so that most texts need no counting.
  if (text.length * 3 <= limits.resourceBytesMax) return;
  if (new TextEncoder().encode(text).length > limits.resourceBytesMax) {
    throw new Refusal('too-large', `The resource is larger than ${limits.resourceBytesMax} bytes.`);
  }
}
