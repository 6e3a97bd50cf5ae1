/** Why a request is refused: an answer its sender can act on. Each protocol translates these in one table. */
export type RefusalCode =
  // syntax and values
  | 'invalid-syntax'
  | 'invalid-filter'
  | 'invalid-path'
  | 'invalid-value'
  | 'no-target'
  | 'read-only'
  | 'sensitive'
  | 'too-many'
  | 'too-large'
  | 'invalid-cursor'
  | 'expired-cursor'
  | 'invalid-count'
  | 'unsupported-media-type'
  // who and where
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'method-not-allowed'
  | 'not-implemented'
  // state
  | 'uniqueness'
  | 'conflict'
  | 'precondition-failed'
  | 'precondition-required'
  | 'not-modified'
  | 'limit-exceeded'
  | 'paused'
  | 'busy';

export interface RefusalFacts {
  /** Headers the answer owes besides its body: `allow`, `retry-after`, `www-authenticate`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where in the request the fault is: JSON pointers with a reason each. */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  /** A stable word for programs, finer than the code: `provisioning_mode_exclusive`. */
  readonly reason?: string;
  /** Ids that help the caller, such as the running run of a 409. Never a secret. */
  readonly about?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An answer that the caller can act on; anything else that is thrown is a bug or an outage. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly facts: RefusalFacts;

  /** `detail` names the attribute and the reason, is safe to show, and holds at most 100 characters of what was sent. */
  constructor(code: RefusalCode, detail: string, facts: RefusalFacts = {}) {
    super(detail, { cause: facts.cause });
    this.code = code;
    this.facts = facts;
  }
}

/** What was sent, cut to a length that is fit for an error text. */
export const excerpt = (text: string): string => (text.length <= 100 ? text : `${text.slice(0, 99)}…`);
