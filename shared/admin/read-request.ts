import type { z } from 'zod';
import { limits } from '../model/limits.ts';
import { excerpt, Refusal } from '../model/refusal.ts';
import type { Operation } from './contract/operation.ts';
import type { AdminRequest } from './ports.ts';

/** An id that cannot be one of ours names nothing. */
export function readParams(operation: Operation, sent: object): Readonly<Record<string, unknown>> {
  const parsed = operation.params.safeParse(sent);
  if (!parsed.success) throw new Refusal('not-found', 'There is nothing with this id.');
  return parsed.data;
}

/** Parameters that are not known are ignored; one that is sent twice counts once, as first sent. */
export function readQuery(operation: Operation, query: URLSearchParams): unknown {
  if (operation.query === undefined) return undefined;
  const sent = Object.fromEntries([...query].reverse());
  const parsed = operation.query.safeParse(sent);
  if (parsed.success) return parsed.data;
  throw new Refusal('invalid-syntax', 'A query parameter is not valid.', { errors: faults(parsed.error) });
}

export interface SentBody {
  readonly text: string;
  readonly value: unknown;
}

/** The body as its schema has it. A body that is not asked for is not read. */
export async function readBody(operation: Operation, request: AdminRequest): Promise<SentBody> {
  if (operation.body === undefined) return { text: '', value: undefined };
  const text = await request.body(limits.bodyBytesMax);
  if (text !== '') checkMediaType(request.header('content-type'));
  const parsed = operation.body.safeParse(parseJson(text === '' ? '{}' : text));
  if (parsed.success) return { text, value: parsed.data };
  throw new Refusal('invalid-value', 'The body is not as the description of the API has it.', {
    errors: faults(parsed.error),
  });
}

function checkMediaType(contentType: string | undefined): void {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json' || type === 'application/merge-patch+json') return;
  throw new Refusal('unsupported-media-type', 'Send application/json.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Refusal('invalid-syntax', 'The body is not JSON.', { cause });
  }
}

/** RFC 6901 pointers with a reason each; what was sent is not repeated but for the names of unknown fields. */
function faults(error: z.ZodError): { pointer: string; detail: string }[] {
  return error.issues.slice(0, issuesMax).flatMap((issue) => {
    const at = issue.path.map((part) => `/${pointerPart(String(part))}`).join('');
    if (issue.code !== 'unrecognized_keys') return [{ pointer: excerpt(at), detail: issue.message }];
    return issue.keys.slice(0, issuesMax).map((key) => ({
      pointer: `${at}/${excerpt(pointerPart(key))}`,
      detail: 'is not known here',
    }));
  });
}

const pointerPart = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');
const issuesMax = 20;
