import type { Json } from '../model/json.ts';
import type { AttributePath } from './filter.ts';

/** One operation of a PATCH in either of Entra's dialects or the RFC's, RFC 7644 §3.5.2. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  /** Absent for a value that is an object of attributes, keys being paths. */
  readonly path?: AttributePath;
  readonly value?: Json;
}
