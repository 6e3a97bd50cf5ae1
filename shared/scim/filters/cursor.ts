import { limits } from '../../model/limits.ts';
import { excerpt, Refusal } from '../../model/refusal.ts';

/** A place in the text of a filter or path, which keeps count of what is bounded. Only moves forward. */
export class Cursor {
  readonly text: string;
  readonly bareWords: boolean;
  /** True once a bound was broken, so that no other reading is tried. */
  isOverLimit = false;
  #at = 0;
  #depth = 0;
  #terms = 0;
  #inBrackets = false;
  readonly #code: 'invalid-filter' | 'invalid-path';

  constructor(text: string, terms: { code: 'invalid-filter' | 'invalid-path'; bareWords: boolean }) {
    this.text = text;
    this.bareWords = terms.bareWords;
    this.#code = terms.code;
    if (text.length > limits.filterCharactersMax) {
      throw this.#beyond(`is longer than ${limits.filterCharactersMax} characters`);
    }
  }

  refusal(reason: string): Refusal {
    const what = this.#code === 'invalid-filter' ? 'filter' : 'path';
    return new Refusal(this.#code, `The ${what} ${reason}: ${excerpt(this.text)}`);
  }

  enter(): void {
    if (++this.#depth > limits.filterDepthMax) {
      throw this.#beyond(`is nested deeper than ${limits.filterDepthMax} levels`);
    }
  }

  leave(): void {
    this.#depth--;
  }

  countTerm(): void {
    if (++this.#terms > limits.filterTermsMax) {
      throw this.#beyond(`has more than ${limits.filterTermsMax} terms`);
    }
  }

  /** Value paths do not nest, RFC 7644 §3.4.2.2 figure 1. */
  insideBrackets<T>(read: () => T): T {
    if (this.#inBrackets) throw this.refusal('has brackets within brackets');
    this.#inBrackets = true;
    const result = read();
    this.#inBrackets = false;
    return result;
  }

  isAtEnd(): boolean {
    this.#skipSpace();
    return this.#at >= this.text.length;
  }

  isAtBracket(): boolean {
    return this.text[this.#at] === '[';
  }

  /** Takes one character after any space. */
  take(character: string): boolean {
    this.#skipSpace();
    if (this.text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** Takes `and` or `or`. */
  takeWord(word: string): boolean {
    this.#skipSpace();
    if (this.#peekWord().toLowerCase() !== word) return false;
    this.#at += word.length;
    return true;
  }

  /** Takes `not (` right here, the one place where a name could be meant instead. */
  takeNot(): boolean {
    return this.takeMatch(/not\s*\(/iy) !== undefined;
  }

  takeOperator(): Operator | undefined {
    this.#skipSpace();
    const word = this.#peekWord();
    const operator = operators.get(word.toLowerCase());
    if (operator !== undefined) this.#at += word.length;
    return operator;
  }

  /** A run of characters without space, brackets or quotes; empty when there is none. */
  nextWord(): string {
    this.#skipSpace();
    const word = this.#peekWord();
    this.#at += word.length;
    return word;
  }

  /** Takes what a sticky expression matches right here. */
  takeMatch(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  /** True where a value may end. */
  isAtBoundary(): boolean {
    return this.#at >= this.text.length || /[\s)\]]/.test(this.text.charAt(this.#at));
  }

  #peekWord(): string {
    wordAhead.lastIndex = this.#at;
    return wordAhead.exec(this.text)?.[0] ?? '';
  }

  #skipSpace(): void {
    this.takeMatch(/\s*/y);
  }

  #beyond(reason: string): Refusal {
    this.isOverLimit = true;
    return this.refusal(reason);
  }
}

type Operator = 'pr' | 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

const wordAhead = /[^\s()[\]"]+/y;

const operators: ReadonlyMap<string, Operator> = new Map(
  (['pr', 'eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const).map((name) => [name, name]),
);
