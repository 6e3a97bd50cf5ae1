import type { Json, JsonObject } from '../../model/json.ts';
import { limits } from '../../model/limits.ts';
import { isSameJson } from '../../model/same-json.ts';
import { withoutSecrets } from '../bodies/raw.ts';

/** What a request said, by path as sent, for the raw record: also what is not kept as an attribute. */
export class PatchRecord {
  #entries = new Map<string, Json>();
  #news = false;
  readonly #before: JsonObject;

  constructor(before: JsonObject) {
    this.#before = before;
  }

  /** True when something was said of unknown attributes that the record does not hold yet. */
  get hasNews(): boolean {
    return this.#news;
  }

  addKnown(path: string, value: Json | undefined): void {
    this.#add(path, value ?? null);
  }

  addUnknown(path: string, value: Json | undefined): void {
    if (value === undefined || !this.#add(path, value)) return;
    const before = Object.hasOwn(this.#before, path) ? this.#before[path] : undefined;
    this.#news ||= !isSameJson(before, this.#entries.get(path));
  }

  /** The record with the request's entries last; when it grows too long the oldest entries go. */
  after(): JsonObject {
    const earlier = Object.entries(this.#before).filter(([path]) => !this.#entries.has(path));
    const entries = [...earlier, ...this.#entries];
    let left = limits.patchedCharactersMax;
    const kept = entries.toReversed().filter((entry) => {
      left -= lengthOf(entry);
      return left >= 0;
    });
    return Object.fromEntries(kept.toReversed());
  }

  #add(path: string, value: Json): boolean {
    const entry: [string, Json] = [path, withoutSecrets(value)];
    if (path === '__proto__' || lengthOf(entry) > limits.patchedCharactersMax) return false;
    this.#entries.delete(path);
    this.#entries.set(...entry);
    return true;
  }
}

const lengthOf = (entry: readonly [string, Json]): number => JSON.stringify(entry).length;
