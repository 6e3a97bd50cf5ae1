import type { Json } from '../model/json.ts';

/**
 * A request body as JSON. Refusal `invalid-syntax` for what is not JSON, is nested deeper than `limits.jsonDepthMax`,
 * or holds text that is no Unicode or has control characters other than tab and line ends.
 * Keys named `__proto__` are left out.
 */
export declare function parseJson(text: string): Json;
