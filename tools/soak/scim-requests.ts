import type { JsonObject } from '../../shared/model/json.ts';
import type { Answered, ScimCalls } from './scim-calls.ts';

interface Search {
  readonly type: 'Users' | 'Groups';
  readonly key: string;
  readonly value: string;
}

/** The id of what was made; when an attempt was carried out without our hearing of it, its name is taken by ourselves. */
export async function created(
  calls: ScimCalls,
  draft: {
    type: 'Users' | 'Groups';
    key: string;
    body: JsonObject;
  },
): Promise<string> {
  const { type, key, body } = draft;
  const answer = await calls.send({ purpose: 'create', method: 'POST', path: `/${type}`, body });
  if (answer.status === 409 && answer.repeated)
    return await idByName(calls, { type, key, value: String(body[key]) });
  expectStatus(answer, [201], `creation in ${type}`);
  return String(answer.body?.['id']);
}

export async function idByName(calls: ScimCalls, { type, key, value }: Search): Promise<string> {
  const query = `filter=${encodeURIComponent(`${key} eq "${value}"`)}`;
  const answer = await calls.send({ purpose: 'match', method: 'GET', path: `/${type}`, query });
  expectStatus(answer, [200], `search in ${type}`);
  const [first] = (answer.body?.['Resources'] ?? []) as readonly JsonObject[];
  return String(first?.['id']);
}

export async function patched(
  calls: ScimCalls,
  path: string,
  Operations: readonly JsonObject[],
): Promise<void> {
  const body = { schemas: [patchSchema], Operations: [...Operations] };
  expectStatus(
    await calls.send({ purpose: 'patch', method: 'PATCH', path, body }),
    [200, 204],
    `PATCH ${path}`,
  );
}

export async function deleted(calls: ScimCalls, path: string): Promise<void> {
  const answer = await calls.send({ purpose: 'delete', method: 'DELETE', path });
  expectStatus(answer, answer.repeated ? [204, 404] : [204], `DELETE ${path}`);
}

/** Throws a sentence when the service answered something else. */
export function expectStatus({ status, body }: Answered, due: readonly number[], what: string): void {
  if (due.includes(status)) return;
  throw new Error(`${what} was answered ${status}: ${JSON.stringify(body).slice(0, 300)}`);
}

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
