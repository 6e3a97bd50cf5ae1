/** A value that JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/**
 * Requests with their expected answers, in order, against an empty directory of its own.
 * `{name}` in any text stands for the id that a step kept under that name, `{base}` for the directory's base URL.
 */
export interface ScimCase {
  /** What is true, with the rule that says so: an RFC section or a row of the reference. */
  readonly name: string;
  readonly steps: readonly ScimStep[];
}

export interface ScimStep {
  readonly send: ScimSend;
  readonly expect: ScimExpectation;
  /** Keeps the id of the answered resource under this name. */
  readonly keep?: string;
}

export interface ScimSend {
  readonly method: string;
  /** Below the base URL, with its query, percent-encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: JsonValue;
  /** Sent as it stands, in place of `body`. */
  readonly text?: string;
  /** Without this, the directory's own key. */
  readonly authorization?: string | null;
}

export interface ScimExpectation {
  readonly status: number;
  /** By lower-case name; `null` for a header that must not be there. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /**
   * The whole body. Objects hold exactly these names, unless one of them is `...`. Of texts, `<id>`, `<time>`, `<tag>`,
   * `<bearer>` and `<text>` stand for any of their kind. Absent: the body is not looked at; `null`: there is none.
   */
  readonly body?: JsonValue;
  /** Whether lists of resources and members have to stand in the expected order. */
  readonly isOrdered?: boolean;
}

/** How a suite reaches a service: in process, or over HTTP. */
export interface ScimDriver {
  /** A new, empty directory. */
  readonly open: () => Promise<ScimConnection>;
}

export interface ScimConnection {
  readonly baseUrl: string;
  readonly authorization: string;
  readonly send: (send: ScimSend) => Promise<ScimReceived>;
}

export interface ScimReceived {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue | undefined;
}
