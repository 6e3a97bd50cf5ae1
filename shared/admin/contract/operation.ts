import { z } from 'zod';
import type { AdminRole } from '../../access/admin-access.ts';

/** One operation of the admin API: what routes, checks and describes it. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** OpenAPI path template. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag:
    | 'Organizations'
    | 'Directories'
    | 'SCIM keys'
    | 'Nested directories'
    | 'Runs'
    | 'Admin keys'
    | 'Audit';
  readonly role: AdminRole;
  /** `installation` needs a caller of every organization. */
  readonly reach: 'organization' | 'installation' | 'any';
  readonly params: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** If-Match is owed. */
  readonly guarded?: boolean;
  /** What it acts on may be named by its version, which may be an old one. */
  readonly conditional?: boolean;
  /** The answer carries an ETag. */
  readonly versioned?: boolean;
  readonly status: 200 | 201 | 202 | 204;
  readonly answer?: z.ZodType;
  /** The answer is streamed: lines of JSON, each as `answer` has it, or another text. */
  readonly streamed?: 'application/x-ndjson' | 'text/csv';
}

export const listQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({
    description: 'Items of a page at most.',
    example: 50,
  }),
  cursor: z.string().max(6000).optional().meta({
    description: 'The `nextCursor` of the page before; opaque.',
  }),
};

export const pageOf = <T extends z.ZodType>(item: T, id: string) =>
  z
    .object({
      items: z.array(item),
      nextCursor: z.string().optional().meta({ description: 'Absent on the last page.' }),
    })
    .meta({ id });

export const Name = z
  .string()
  .trim()
  .min(1)
  .max(120)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must not hold control characters')
  .meta({ description: '1 to 120 characters, without control characters.', example: 'Contoso workforce' });

export const Time = z.iso
  .datetime()
  .meta({ description: 'RFC 3339, UTC.', example: '2026-11-23T07:00:00.000Z' });
